import assert from "node:assert/strict";
import { describe, test } from "node:test";
import { Reading, knownChoices, looksOf } from "../../course_content/player/reading.js";

const USUAL = { size: "100", spacing: "usual", contrast: "system", theme: "system" };
const asks = (isDark = false, wantsContrast = false) => ({ isDark, wantsContrast });

/** A browser's window, as far as reading needs one; `storage` may refuse. */
function windowWith(storage) {
  const queries = {};
  const target = new EventTarget();
  return {
    document: { documentElement: { dataset: {} } },
    localStorage: storage,
    addEventListener: target.addEventListener.bind(target),
    dispatchEvent: target.dispatchEvent.bind(target),
    matchMedia: (text) => (queries[text] ??= Object.assign(new EventTarget(), { matches: false })),
    queries,
  };
}

function storageWith(entries = {}) {
  const kept = new Map(Object.entries(entries));
  return {
    getItem: (key) => kept.get(key) ?? null,
    setItem: (key, value) => kept.set(key, value),
  };
}

describe("how a reader reads", () => {
  test("is as the system says while nothing is chosen", () => {
    assert.deepEqual(knownChoices(null), USUAL);
    assert.equal(looksOf(USUAL, asks()).theme, "light");
    assert.equal(looksOf(USUAL, asks(true)).theme, "dark");
    assert.equal(looksOf(USUAL, asks(false, true)).contrast, "more");
  });

  test("is what was chosen, whatever the system says", () => {
    const chosen = { ...USUAL, contrast: "more", theme: "light", size: "150" };
    const looks = { size: "150", spacing: "usual", contrast: "more", theme: "light" };
    assert.deepEqual(looksOf(chosen, asks(true)), looks);
  });

  test("believes no storage that says something else", () => {
    assert.deepEqual(knownChoices({ size: "900", theme: ["dark"], other: 1 }), USUAL);
    const damaged = new Reading(windowWith(storageWith({ "arrimage:reading": "{" })));
    assert.deepEqual(damaged.choices.value, USUAL);
  });

  test("is kept, and found again by the next page", () => {
    const storage = storageWith();
    new Reading(windowWith(storage)).choose("spacing", "wide");
    const window = windowWith(storage);
    new Reading(window);
    assert.equal(window.document.documentElement.dataset.spacing, "wide");
  });

  test("holds for the page where the browser keeps nothing", () => {
    const closed = {
      get localStorage() {
        throw new Error("denied");
      },
    };
    const window = Object.defineProperties(
      windowWith(null),
      Object.getOwnPropertyDescriptors(closed),
    );
    const reading = new Reading(window);
    reading.choose("size", "130");
    assert.equal(window.document.documentElement.dataset.size, "130");
    reading.reset();
    assert.equal(window.document.documentElement.dataset.size, "100");
  });

  test("follows the system when it changes, and another window's choice", () => {
    const storage = storageWith();
    const window = windowWith(storage);
    new Reading(window);
    const { dataset } = window.document.documentElement;
    const dark = window.queries["(prefers-color-scheme: dark)"];
    dark.matches = true;
    dark.dispatchEvent(new Event("change"));
    assert.equal(dataset.theme, "dark");
    storage.setItem("arrimage:reading", JSON.stringify({ theme: "light" }));
    window.dispatchEvent(Object.assign(new Event("storage"), { key: "arrimage:reading" }));
    assert.equal(dataset.theme, "light");
  });
});
