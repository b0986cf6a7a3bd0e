import assert from "node:assert/strict";
import { readFileSync, readdirSync } from "node:fs";
import { describe, test } from "node:test";
import {
  InvalidResponse,
  activityScore,
  verdict,
  verdictOfScore,
} from "../../course_content/player/scoring.js";

const VECTORS = new URL("../vectors/", import.meta.url);

function cases(name) {
  return JSON.parse(readFileSync(new URL(name, VECTORS), "utf8"));
}

const kinds = readdirSync(VECTORS).filter(
  (name) => name.endsWith(".json") && !["activity.json", "works.json"].includes(name),
);

test("there is a file of vectors for every kind of question", () => {
  assert.deepEqual(kinds.sort(), [
    "matching.json",
    "multiple.json",
    "numeric.json",
    "ordering.json",
    "single.json",
    "text.json",
    "true_false.json",
  ]);
});

for (const file of kinds) {
  describe(`the browser marks as the server does: ${file}`, () => {
    for (const given of cases(file)) {
      test(given.name, () => {
        if (given.error) {
          assert.throws(() => verdict(given.key, given.response), InvalidResponse);
        } else {
          assert.deepEqual(verdict(given.key, given.response), given.verdict);
        }
      });
    }
  });
}

describe("the browser weighs an activity as the server does", () => {
  for (const { name, answers, score } of cases("activity.json")) {
    test(name, () => assert.equal(activityScore(answers), score));
  }
});

test("an answer whose words were lost keeps its general feedback and its solution", () => {
  const key = {
    kind: "single",
    choices: ["a", "b"],
    correct: "b",
    feedback: { incorrect: "<p>Non.</p>", choices: { a: "<p>Pour a.</p>" } },
  };
  assert.deepEqual(verdictOfScore(key, 0), {
    score: 0,
    correct: false,
    feedback: ["<p>Non.</p>"],
    solution: "b",
  });
});
