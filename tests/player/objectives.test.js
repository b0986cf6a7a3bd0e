import assert from "node:assert/strict";
import { describe, test } from "node:test";
import { competenciesOf, reached } from "../../course_content/player/tracking/scorm/objectives.js";

const BOOT = {
  competencies: { see: "Seeing", act: "Acting", rest: "Resting" },
  quizzes: {
    one: {
      questions: [
        { id: "a", points: 1, competencies: ["see"] },
        { id: "b", points: 3, competencies: ["see", "act"] },
        { id: "c", points: 1 },
      ],
    },
    two: { questions: [{ id: "d", points: 4, competencies: ["see"] }] },
    other: { questions: [{ id: "e", points: 1, competencies: ["rest"] }] },
  },
};
const GRADED = [{ id: "one" }, { id: "two" }];

const done = (scores) => ({
  completed: true,
  best: 0.5,
  answers: Object.fromEntries(
    Object.entries(scores).map(([id, score]) => [id, { verdict: { score } }]),
  ),
});

describe("the competencies of a package", () => {
  test("are those that its graded questions are about", () => {
    const found = competenciesOf(BOOT, GRADED);
    assert.deepEqual(
      found.map(({ id, activities }) => [id, activities.map((each) => each.id)]),
      [
        ["see", ["one", "two"]],
        ["act", ["one"]],
      ],
    );
  });

  test("are none where the course says none", () => {
    assert.deepEqual(competenciesOf({ quizzes: BOOT.quizzes }, GRADED), []);
  });
});

describe("what was reached in a competency", () => {
  const [see, act] = competenciesOf(BOOT, GRADED);

  test("is the share of the points of its questions, wherever they are asked", () => {
    const attempts = { one: done({ a: 0, b: 1, c: 0 }), two: done({ d: 0.5 }) };
    assert.equal(reached(see, attempts).graded.score, 5 / 8);
    assert.equal(reached(act, attempts).graded.score, 1);
  });

  test("is open until every one of its activities is done", () => {
    const { finished, graded } = reached(see, { one: done({ a: 1, b: 1, c: 1 }) });
    assert.equal(finished, false);
    assert.deepEqual(graded, { done: 1, total: 2, score: null, canRetry: true });
  });

  test("cannot be said during a new attempt, nor where the answers had no room", () => {
    const attempts = { one: { completed: false, best: 0.5, answers: {} }, two: done({ d: 1 }) };
    assert.equal(reached(see, attempts), null);
  });
});
