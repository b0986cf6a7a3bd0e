/** What is written here is read by the oldest browsers that the course is for. */
import assert from "node:assert/strict";
import { readFile, readdir } from "node:fs/promises";
import { join } from "node:path";
import { describe, test } from "node:test";
import { transform } from "esbuild";
import { BROWSERS } from "../../course_content/player/browsers.mjs";

const FOLDERS = ["course_content/player", "lti_tool/static"];
const BUILT = /(^|\/)dist\//;

async function scripts() {
  const lists = FOLDERS.map(async (folder) => {
    const names = await readdir(folder, { recursive: true });
    return names
      .filter((name) => name.endsWith(".js") && !BUILT.test(name))
      .map((name) => join(folder, name));
  });
  return (await Promise.all(lists)).flat();
}

/** All of them have the properties; esbuild goes by the newest scripts, which Safari 15 lacks. */
const SUPPORTED = { "regexp-unicode-property-escapes": true };

/** The expressions of a script that one of the browsers cannot read, nor esbuild rewrite. */
async function unreadable(source) {
  const { code } = await transform(source, { target: BROWSERS, supported: SUPPORTED });
  return code.match(/new RegExp\(.*/g) ?? [];
}

describe("a regular expression", () => {
  test("that looks behind is found: with it, a whole script does not begin", async () => {
    assert.equal((await unreadable("export const x = /(?<!a)b/u;")).length, 1);
  });

  test("is readable by every browser, in every script", async () => {
    const paths = await scripts();
    assert.ok(paths.some((path) => path.endsWith("search.js")));
    for (const path of paths) {
      const source = await readFile(path, "utf8");
      const written = source.match(/new RegExp\(/g) ?? [];
      assert.equal((await unreadable(source)).length, written.length, path);
    }
  });
});
