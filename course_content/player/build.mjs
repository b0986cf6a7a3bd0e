/**
 * Builds the player into dist/: a classic script for each delivery and language, a style sheet for
 * our server and one for packages; and the script and style of the page on which an instructor
 * reviews a work, which needs only what shows works.
 *
 * Classic, because Chromium refuses module scripts from file://, where a SCORM package or a
 * preview may be opened. `--watch` builds again at every change.
 */
import { gzipSync } from "node:zlib";
import { readFileSync } from "node:fs";
import { mkdir, writeFile } from "node:fs/promises";
import { fileURLToPath } from "node:url";
import { dirname, join } from "node:path";
import { build, context } from "esbuild";
import { minify } from "terser";
import { BROWSERS } from "./browsers.mjs";
import { packed } from "./words.js";

const HERE = dirname(fileURLToPath(import.meta.url));
const DIST = join(HERE, "dist");
/** Script and style of any one page, compressed. */
const BUDGET_BYTES = 60_000;

/** Named after their adapters in tracking/. */
const DELIVERIES = ["lti", "scorm12", "scorm2004", "cmi5", "local", "dispatch"];
/** Named after their words in locale/. */
const LANGUAGES = ["fr", "en"];

const COMMON = {
  bundle: true,
  minify: true,
  charset: "utf8",
  legalComments: "none",
  logLevel: "warning",
  target: BROWSERS,
};

/** What esbuild made small is made smaller: by a thirtieth of what is sent. */
const SMALLER = {
  name: "smaller",
  setup({ onEnd }) {
    onEnd(async ({ outputFiles = [] }) => {
      for (const { path, text } of outputFiles) {
        const { code } = await minify(text, {
          ecma: 2020,
          compress: { passes: 3, keep_fargs: false, unsafe_arrows: true },
        });
        await writeFile(path, code);
      }
    });
  },
};

const SCRIPT = { ...COMMON, format: "iife", write: false };
const REVIEW = {
  ...SCRIPT,
  entryPoints: { review: join(HERE, "review.js") },
  outdir: DIST,
  plugins: [SMALLER],
};
/** Our server's pages have styles of their own, which speak of the player's colours by name. */
const STYLES = {
  ...COMMON,
  entryPoints: {
    player: join(HERE, "styles", "player.css"),
    review: join(HERE, "styles", "review.css"),
    dispatch: join(HERE, "styles", "dispatch.css"),
  },
  outdir: DIST,
};

/** Custom properties that scripts set. */
const SET_BY_SCRIPTS = ["--accent", "--word"];

/** In a package nobody else does: there, custom properties have names of one or two letters. */
const SHORT_NAMES = {
  name: "short-names",
  setup({ onEnd }) {
    onEnd(async ({ outputFiles = [] }) => {
      for (const { path, text } of outputFiles) {
        const short = new Map(SET_BY_SCRIPTS.map((name) => [name, name]));
        const named = text.replace(/(?<=[{;(])--[\w-]+/g, (name) => {
          if (!short.has(name)) short.set(name, `--${short.size.toString(36)}`);
          return short.get(name);
        });
        await writeFile(path, named);
      }
    });
  },
};
const STYLE_ALONE = {
  ...COMMON,
  entryPoints: { "player.alone": join(HERE, "styles", "alone.css") },
  outdir: DIST,
  write: false,
  plugins: [SHORT_NAMES],
};

const WITH_OTHERS = `
  import { gradeStatus } from "./components/grade-status.js";
  import { previewBanner } from "./components/preview-banner.js";
  import * as groups from "./components/workshops/sharing.js";
  import { HandInDesk } from "./components/workshops/hand-in-desk.js";
  import { termsStrip, withTerms } from "./components/terms.js";
  const others = { gradeStatus, previewBanner, groups, HandInDesk, termsStrip, withTerms };
`;

/** What our own server has to say, and what is said of previews, groups, handing in and grades. */
const SAID_BY_SERVER =
  /^(preview|due|share|handIn|grade|problem\.(no-session|expired|server|refused))(\.|$)/;
/** What is said of a work once somebody has it, which nobody does elsewhere. */
const SAID_OF_HANDED_IN = /^(voyage\.work\.(handed_in|returned|accepted)|rubric\.(total|detail))$/;
/** And of what the server says, what is said where there is no such thing. */
const SAID_ALONE = ["share.none", "handIn.title", "handIn.elsewhere"];
/** A server sends the course, and an LMS keeps the work. */
const SAID_BY_DISPATCH = /^problem\./;

/** What is said where there is nothing but the browser, and where a cmi5 session is. */
const SAID_BY_BROWSER = /^(save\.here|problem\.no-storage)(\.|$)/;
const SAID_BY_CMI5 = /^problem\.(session-over|lms-expired)(\.|$)/;
/** What is said where a package holds the course, in pieces maybe, and may find no LMS. */
const SAID_BY_PACKAGES =
  /^(problem\.(moved|no-file|no-lms|storage)|ways\.\w+Unit|end\.(outline|\w+\.unit))(\.|$)/;

/** Leaves out what a page never says: the words of reviewing, and of other deliveries. */
function wordsFor(delivery) {
  const isPackage = delivery !== "lti" && delivery !== "dispatch";
  const isServed = (name) =>
    SAID_BY_SERVER.test(name) &&
    !SAID_ALONE.includes(name) &&
    !(delivery === "dispatch" && SAID_BY_DISPATCH.test(name));
  const isSaid = ([name]) =>
    !name.startsWith("marking.") &&
    (delivery === "lti" || !(isServed(name) || SAID_OF_HANDED_IN.test(name))) &&
    (isPackage || !SAID_BY_PACKAGES.test(name)) &&
    (delivery === "local" || !SAID_BY_BROWSER.test(name)) &&
    (delivery === "cmi5" || !SAID_BY_CMI5.test(name));
  return {
    name: "words",
    setup({ onLoad }) {
      onLoad({ filter: /locale[\\/]\w+\.json$/ }, ({ path }) => {
        const words = Object.entries(JSON.parse(readFileSync(path, "utf8"))).filter(isSaid);
        const contents = packed(Object.fromEntries(words));
        return { contents, loader: "text", watchFiles: [path] };
      });
    },
  };
}

const scriptName = (delivery, language) => `player.${delivery}.${language}.js`;

const styleName = (delivery) => (delivery === "lti" ? "player.css" : "player.alone.css");

/**
 * A page needs one adapter and one language: the others would be half of its script. Groups and
 * instructors come with platforms that speak LTI, and with no others.
 */
function playerScript(delivery, language) {
  const name = scriptName(delivery, language);
  const contents = `
    import { start } from "./main.js";
    import * as delivery from "./tracking/${delivery}.js";
    import words from "./locale/${language}.json";
    ${delivery === "lti" ? WITH_OTHERS : "const others = {};"}
    start(delivery, "${language}", words, others);
  `;
  return {
    ...SCRIPT,
    stdin: { contents, resolveDir: HERE, sourcefile: name },
    outfile: join(DIST, name),
    plugins: [wordsFor(delivery), SMALLER],
  };
}

/** The page of a dispatch package, which shows no course by itself. */
function packageScript(language) {
  const name = `dispatch.${language}.js`;
  const contents = `
    import { start } from "./relay/package.js";
    import words from "./relay/locale/${language}.json";
    start(words);
  `;
  return {
    ...SCRIPT,
    stdin: { contents, resolveDir: HERE, sourcefile: name },
    outfile: join(DIST, name),
    plugins: [SMALLER],
  };
}

function compressedBytes(path) {
  return gzipSync(readFileSync(path), { level: 9 }).length;
}

function reportSizes(deliveries) {
  const pages = deliveries.flatMap((delivery) => LANGUAGES.map((language) => [delivery, language]));
  for (const [delivery, language] of pages) {
    const script = compressedBytes(join(DIST, scriptName(delivery, language)));
    const style = compressedBytes(join(DIST, styleName(delivery)));
    const together = script + style;
    const sum = `${script} + ${style} = ${together} B gzipped`;
    console.log(`player for ${delivery} in ${language}: ${sum}`);
    if (together > BUDGET_BYTES) {
      console.error(`That is more than ${BUDGET_BYTES} bytes.`);
      process.exitCode = 1;
    }
  }
}

const players = DELIVERIES.flatMap((delivery) =>
  LANGUAGES.map((language) => playerScript(delivery, language)),
);
const packages = LANGUAGES.map(packageScript);
const ALL = [...players, ...packages, REVIEW, STYLES, STYLE_ALONE];
// What is made smaller is written by its plugin, which may come before whatever makes folders.
await mkdir(DIST, { recursive: true });
if (process.argv.includes("--watch")) {
  for (const options of ALL) {
    await (await context(options)).watch();
  }
} else {
  await Promise.all(ALL.map(build));
  reportSizes(DELIVERIES);
}
