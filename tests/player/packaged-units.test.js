import assert from "node:assert/strict";
import { beforeEach, describe, test } from "node:test";
import { PackagedUnits } from "../../course_content/player/tracking/packaged-units.js";
import { bootOf } from "./samples.js";

/** A window whose scripts arrive, or do not, when the test says so. */
class Page {
  asked = [];

  get document() {
    return {
      createElement: () => Object.assign(new EventTarget(), { remove() {} }),
      head: { append: (script) => this.asked.push(script) },
    };
  }

  arrive(unit, feedback = {}) {
    this.arrimageUnit({ content: unit, feedback });
    this.asked.at(-1).dispatchEvent(new Event("load"));
  }

  fail() {
    this.asked.at(-1).dispatchEvent(new Event("error"));
  }
}

describe("a unit of a package", () => {
  const { units, keys } = bootOf("scorm12");
  let page;
  let packaged;

  beforeEach(() => {
    page = new Page();
    packaged = new PackagedUnits({ units: { one: units.one }, keys }, page);
  });

  test("that is in the document is not asked for", async () => {
    assert.equal(await packaged.content("one"), units.one);
    assert.equal(page.asked.length, 0);
  });

  test("that is missing on a disk is not told as a lost connection", async () => {
    page.location = { protocol: "file:" };
    packaged = new PackagedUnits({ units: {}, keys }, page);
    const missing = packaged.content("two");
    page.fail();
    await assert.rejects(missing, { code: "no-file", retryable: true });
  });

  test("that lies beside it is asked for once", async () => {
    const both = [packaged.content("two"), packaged.content("two")];
    assert.deepEqual(
      page.asked.map(({ src }) => src),
      ["unit-two.js"],
    );
    page.arrive(units.two);
    assert.deepEqual(await Promise.all(both), [units.two, units.two]);
    assert.equal(await packaged.content("two"), units.two);
    assert.equal(page.asked.length, 1);
  });

  test("brings what is said to its answers", async () => {
    const opened = packaged.content("two");
    page.arrive(units.two, { "quiz-two": { single: { correct: "<p>Yes.</p>" } } });
    await opened;
    assert.deepEqual(keys["quiz-two"].single.feedback, { correct: "<p>Yes.</p>" });
  });

  test("that does not come may be asked for again", async () => {
    const first = packaged.content("two");
    page.fail();
    await assert.rejects(first, { code: "offline", retryable: true });

    const second = packaged.content("two");
    page.arrive(units.two);
    assert.equal(await second, units.two);
  });

  test("whose file is something else has not come", async () => {
    const opened = packaged.content("two");
    page.asked.at(-1).dispatchEvent(new Event("load"));
    await assert.rejects(opened, { code: "offline" });
  });
});
