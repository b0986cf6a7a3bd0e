/**
 * Builds the player into dist/: a classic script for each delivery and language, one style sheet;
 * and the script and style of the page on which an instructor reviews a work, which needs only
 * what shows works.
 *
 * Classic, because Chromium refuses module scripts from file://, where a SCORM package or a
 * preview may be opened. `--watch` builds again at every change.
 */
import { gzipSync } from "node:zlib";
import { readFileSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { dirname, join } from "node:path";
import { build, context } from "esbuild";

const HERE = dirname(fileURLToPath(import.meta.url));
const DIST = join(HERE, "dist");
/** Script and style of any one page, compressed. */
const BUDGET_BYTES = 60_000;

/** Named after their adapters in tracking/. */
const DELIVERIES = ["lti", "scorm12", "scorm2004", "local"];
/** Named after their words in locale/. */
const LANGUAGES = ["fr", "en"];

const COMMON = {
  bundle: true,
  minify: true,
  charset: "utf8",
  legalComments: "none",
  logLevel: "warning",
  target: ["chrome109", "firefox115", "safari15.4"],
};
const REVIEW = {
  ...COMMON,
  entryPoints: { review: join(HERE, "review.js") },
  outdir: DIST,
  format: "iife",
};
const STYLES = {
  ...COMMON,
  entryPoints: {
    player: join(HERE, "styles", "player.css"),
    review: join(HERE, "styles", "review.css"),
  },
  outdir: DIST,
};

const WITH_OTHERS = `
  import * as groups from "./components/workshops/sharing.js";
  import { HandInDesk } from "./components/workshops/hand-in-desk.js";
  const others = { groups, HandInDesk };
`;

/** What our own server has to say, and what is said of groups, of handing in and of grades. */
const SAID_BY_SERVER =
  /^(share|handIn|grade|problem\.(no-session|expired|server|refused))(\.|$)/;
/** And of that, what is said where there is no such thing. */
const SAID_ALONE = ["share.none", "handIn.title", "handIn.elsewhere"];

/** Leaves out what a page never says: the words of reviewing, and without a server its own. */
function wordsFor(delivery) {
  const isServed = (name) => SAID_BY_SERVER.test(name) && !SAID_ALONE.includes(name);
  const isSaid = ([name]) =>
    !name.startsWith("marking.") && (delivery === "lti" || !isServed(name));
  return {
    name: "words",
    setup({ onLoad }) {
      onLoad({ filter: /locale[\\/]\w+\.json$/ }, ({ path }) => {
        const words = Object.entries(JSON.parse(readFileSync(path, "utf8"))).filter(isSaid);
        const contents = JSON.stringify(Object.fromEntries(words));
        return { contents, loader: "json", watchFiles: [path] };
      });
    },
  };
}

/**
 * A page needs one adapter and one language: the others would be half of its script. Groups and
 * instructors come with platforms that speak LTI, and with no others.
 */
function playerScript(delivery, language) {
  const name = `player.${delivery}.${language}.js`;
  const contents = `
    import { start } from "./main.js";
    import * as delivery from "./tracking/${delivery}.js";
    import words from "./locale/${language}.json" with { type: "json" };
    ${delivery === "lti" ? WITH_OTHERS : "const others = {};"}
    start(delivery, "${language}", words, others);
  `;
  return {
    ...COMMON,
    stdin: { contents, resolveDir: HERE, sourcefile: name },
    outfile: join(DIST, name),
    plugins: [wordsFor(delivery)],
    format: "iife",
  };
}

function compressedBytes(path) {
  return gzipSync(readFileSync(path), { level: 9 }).length;
}

function reportSizes(scripts) {
  const style = compressedBytes(join(DIST, "player.css"));
  const sizes = scripts.map(({ stdin, outfile }) => [stdin.sourcefile, compressedBytes(outfile)]);
  const list = sizes.map(([name, bytes]) => `${name} ${bytes} B`).join(", ");
  console.log(`player gzipped: player.css ${style} B, ${list}`);
  for (const [name] of sizes.filter(([, bytes]) => bytes + style > BUDGET_BYTES)) {
    console.error(`With player.css, ${name} is heavier than ${BUDGET_BYTES} bytes gzipped.`);
    process.exitCode = 1;
  }
}

const players = DELIVERIES.flatMap((delivery) =>
  LANGUAGES.map((language) => playerScript(delivery, language)),
);
if (process.argv.includes("--watch")) {
  for (const options of [...players, REVIEW, STYLES]) {
    await (await context(options)).watch();
  }
} else {
  await Promise.all([...players, REVIEW, STYLES].map(build));
  reportSizes(players);
}
