import assert from "node:assert/strict";
import { describe, test } from "node:test";
import { latenessOf } from "../../course_content/player/components/lateness.js";
import { textsIn } from "../../course_content/player/languages.js";

const HOUR = 3600;
const DAY = 24 * HOUR;
const said = (language, lateSeconds, number = 1) =>
  latenessOf(textsIn(language), { lateSeconds, number });

describe("by how much a work came late", () => {
  test("is told in the largest unit of which there is a whole one", () => {
    assert.equal(said("fr", 60), "en retard de 1 minute");
    assert.equal(said("fr", HOUR - 1), "en retard de 59 minutes");
    assert.equal(said("fr", HOUR), "en retard de 1 heure");
    assert.equal(said("fr", 2 * DAY - 1), "en retard de 1 jour");
    assert.equal(said("en", 2 * DAY), "2 days late");
  });

  test("is that of its first time, which a later one says", () => {
    assert.equal(said("fr", 2 * DAY, 3), "première remise en retard de 2 jours");
    assert.equal(said("en", 5 * HOUR, 2), "first handed in 5 hours late");
  });

  test("is nothing when it was in time", () => {
    assert.equal(said("fr", null), "");
  });
});
