/**
 * Builds the player: one classic script and one style sheet in dist/; and those of the page on
 * which an instructor reviews a work, which needs only what shows works.
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
const BUDGET_BYTES = 68 * 1024;

const COMMON = {
  outdir: DIST,
  bundle: true,
  minify: true,
  charset: "utf8",
  legalComments: "none",
  logLevel: "warning",
};
const SCRIPT = {
  ...COMMON,
  entryPoints: { player: join(HERE, "main.js"), review: join(HERE, "review.js") },
  format: "iife",
  target: "es2020",
};
const STYLE = {
  ...COMMON,
  entryPoints: {
    player: join(HERE, "styles", "player.css"),
    review: join(HERE, "styles", "review.css"),
  },
  target: ["chrome109", "firefox115", "safari15.4"],
};

function reportSize() {
  const [script, style] = ["player.js", "player.css"].map(
    (name) => gzipSync(readFileSync(join(DIST, name))).length,
  );
  console.log(`player gzipped: script ${script} B, style ${style} B`);
  if (script + style > BUDGET_BYTES) {
    console.error(`The player is heavier than ${BUDGET_BYTES} bytes gzipped.`);
    process.exitCode = 1;
  }
}

if (process.argv.includes("--watch")) {
  for (const options of [SCRIPT, STYLE]) {
    await (await context(options)).watch();
  }
} else {
  await Promise.all([build(SCRIPT), build(STYLE)]);
  reportSize();
}
