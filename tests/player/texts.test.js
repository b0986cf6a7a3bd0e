import assert from "node:assert/strict";
import { readFileSync, readdirSync } from "node:fs";
import { describe, test } from "node:test";
import en from "../../course_content/player/locale/en.json" with { type: "json" };
import fr from "../../course_content/player/locale/fr.json" with { type: "json" };
import { textsIn } from "../../course_content/player/languages.js";
import { packed, unpacked } from "../../course_content/player/words.js";

const PLAYER = new URL("../../course_content/player/", import.meta.url);

/** The player's own source files. */
function sources() {
  return readdirSync(PLAYER, { recursive: true })
    .filter((name) => name.endsWith(".js") && !name.startsWith("dist"))
    .map((name) => readFileSync(new URL(name, PLAYER), "utf8"));
}

const forms = (entry) => (typeof entry === "string" ? [entry] : Object.values(entry));
const placeholders = (entry) =>
  new Set(forms(entry).flatMap((text) => text.match(/\{\w+\}/g) ?? []));

describe("the player's words", () => {
  test("are the same in both languages, with the same places to fill", () => {
    assert.deepEqual(Object.keys(en), Object.keys(fr));
    for (const name of Object.keys(fr)) {
      assert.deepEqual(placeholders(en[name]), placeholders(fr[name]), name);
    }
  });

  test("are all there that the player asks for by name", () => {
    const asked = sources().flatMap((source) => [...source.matchAll(/\bt\("([\w.-]+)"/g)]);
    assert.ok(asked.length > 40);
    for (const [, name] of asked) assert.ok(name in fr, name);
  });

  test("tell of every failure what happened and what to do", () => {
    const codes = sources().flatMap((source) => [...source.matchAll(/new Failure\("([\w-]+)"/g)]);
    for (const [, code] of codes) {
      assert.ok(`problem.${code}` in fr, code);
      assert.ok(`problem.${code}.remedy` in fr, code);
    }
  });

  test("have French spacing before high punctuation and inside quotation marks", () => {
    for (const [name, entry] of Object.entries(fr)) {
      for (const text of forms(entry)) {
        assert.doesNotMatch(text, /[^\u00a0\u202f\s][:;?!»](?!\w)|« | »| [:;?!]/, name);
      }
    }
  });

  test("come out of a script as they went in, in less room", () => {
    for (const words of [fr, en]) {
      assert.deepEqual(unpacked(packed(words)), words);
      assert.ok(packed(words).length < 0.9 * JSON.stringify(words).length);
    }
    const odd = { "a.b": "=|.", "a.b.c": { one: "1", other: ".2" }, a: "", "a.b.d.e": "x|y=z" };
    assert.deepEqual(unpacked(packed(odd)), odd);
  });

  test("are chosen by number", () => {
    const texts = textsIn("fr");
    assert.equal(texts.t("quiz.questions", { count: 0 }), "0 question");
    assert.equal(texts.t("quiz.questions", { count: 1 }), "1 question");
    assert.equal(texts.t("quiz.questions", { count: 1200 }), "1\u202f200 questions");
    assert.equal(textsIn("en-GB").t("quiz.questions", { count: 0 }), "0 questions");
  });

  test("write a share as the language does", () => {
    assert.match(textsIn("fr").percent(0.3889), /^38,9[\u00a0\u202f]%$/);
    assert.equal(textsIn("en").percent(1), "100%");
  });

  test("are French where we do not have the language", () => {
    assert.equal(textsIn("de").t("true"), "Vrai");
  });
});
