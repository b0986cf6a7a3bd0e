import assert from "node:assert/strict";
import { describe, test } from "node:test";
import { activityScore, verdict } from "../../course_content/player/scoring.js";
import { AttemptBook } from "../../course_content/player/tracking/attempts.js";
import { BitReader, BitWriter, NoRoom } from "../../course_content/player/tracking/scorm/bits.js";
import { SuspendData } from "../../course_content/player/tracking/scorm/suspend-data.js";
import { RIGHT, activity, keys } from "./samples.js";

const LIMIT = 4096;

/** What the codec knows of a course with these quizzes. */
function structureOf(quizzes, pages = 3, workshops = []) {
  return {
    steps: [
      ...Array.from({ length: pages }, (_, i) => `unit/page-${i}`),
      ...quizzes.map(({ id }) => `unit/${id}`),
    ],
    workshops,
    activities: quizzes.map(({ id, attempts, questions }) => ({
      id,
      attempts,
      questions: questions.map((question) => ({
        ...question,
        key: question.key ?? keys()[question.id],
      })),
    })),
  };
}

/** The attempts of somebody who gave these responses. */
function attemptsAt(structure, responses) {
  const book = new AttemptBook();
  for (const quiz of structure.activities) {
    for (const { id, key } of quiz.questions) {
      const response = responses(quiz.id, id, key);
      if (response === undefined) continue;
      book.record(quiz, id, response, verdict(key, response));
    }
  }
  return book.attempts;
}

const NO_STATE = { position: null, visited: [], made: [], drafts: {} };

describe("work that fits comes back as it was", () => {
  const structure = structureOf([activity("quiz-a"), activity("quiz-b", 0)]);
  const codec = new SuspendData(structure, LIMIT);

  function assertRoundTrip(work) {
    const { text, left } = codec.encode(work);
    assert.equal(left, "nothing");
    assert.deepEqual(codec.decode(text), { ...work, works: {} });
  }

  test("nothing done yet", () => {
    assertRoundTrip({ state: NO_STATE, attempts: {} });
  });

  test("where one stopped and what one visited", () => {
    const state = { position: "unit/page-1", visited: ["unit/page-0", "unit/page-1"], made: [], drafts: {} };
    assertRoundTrip({ state, attempts: {} });
  });

  test("every kind of response, with its verdict and the score of the attempt", () => {
    const attempts = attemptsAt(structure, (quiz, question) => RIGHT[question]);
    assert.equal(attempts["quiz-a"].score, 1);
    assertRoundTrip({ state: NO_STATE, attempts });
  });

  test("an attempt that is half done", () => {
    const attempts = attemptsAt(structure, (quiz, question) =>
      question === "multiple" ? ["a", "b", "c"] : undefined,
    );
    assertRoundTrip({ state: NO_STATE, attempts });
  });

  test("a third attempt whose best score was earned in the first", () => {
    const book = new AttemptBook(attemptsAt(structure, (quiz, question) => RIGHT[question]));
    book.restart(structure.activities[0]);
    for (const { id, key } of structure.activities[0].questions) {
      const wrong = { ...RIGHT, truth: true, words: "actionnaire" }[id];
      book.record(structure.activities[0], id, wrong, verdict(key, wrong));
    }
    book.restart(structure.activities[0]);
    assert.equal(book.attempts["quiz-a"].number, 3);
    assert.equal(book.attempts["quiz-a"].best, 1);
    assertRoundTrip({ state: NO_STATE, attempts: book.attempts });
  });

  test("drafts of every kind, a matching with a pair missing among them", () => {
    const drafts = {
      "quiz-a/single": "c",
      "quiz-a/multiple": ["b"],
      "quiz-a/truth": true,
      "quiz-a/order": ["i9", "i7", "i4"],
      "quiz-a/pairs": { l2: "r1" },
      "quiz-b/number": "3,",
      "quiz-b/words": "œuvre sociale 🛟 « à voir »",
    };
    assertRoundTrip({ state: { ...NO_STATE, drafts }, attempts: {} });
  });

  test("only characters that every platform keeps are used", () => {
    const drafts = { "quiz-a/words": "é<>&\"'\n\u0000\ud83d" };
    const { text } = codec.encode({ state: { ...NO_STATE, drafts }, attempts: {} });
    assert.match(text, /^[A-Za-z0-9_.-]+$/);
  });
});

describe("a text that is not of this course is not read", () => {
  const structure = structureOf([activity("quiz-a")]);
  const codec = new SuspendData(structure, LIMIT);
  const attempts = attemptsAt(structure, (quiz, question) => RIGHT[question]);
  const { text } = codec.encode({ state: NO_STATE, attempts });

  test("of a course with one more page", () => {
    assert.equal(new SuspendData(structureOf([activity("quiz-a")], 4), LIMIT).decode(text), null);
  });

  test("of a course whose question got one more choice", () => {
    const changed = structureOf([activity("quiz-a")]);
    changed.activities[0].questions[0].key.choices.push("d");
    assert.equal(new SuspendData(changed, LIMIT).decode(text), null);
  });

  test("cut off by the platform", () => {
    for (let length = 0; length < text.length; length += 1) {
      assert.equal(codec.decode(text.slice(0, length)), null, `at ${length}`);
    }
  });

  test("of another player", () => {
    assert.equal(codec.decode('{"page":3}'), null);
    assert.equal(codec.decode(text.replace(".", ".é")), null);
  });
});

describe("what has no room is left out in the stated order", () => {
  /** A quiz of so many short texts, with a single choice before each. */
  function wordy(id, count) {
    const questions = Array.from({ length: count }, (_, i) => [
      { id: `s${i}`, points: 1, key: keys().single },
      { id: `t${i}`, points: 1, key: keys().words },
    ]).flat();
    return { id, attempts: 0, questions };
  }

  const write = (length) => (quiz, question) =>
    question.startsWith("t") ? "x".repeat(length) : "b";

  function encoded(structure, work) {
    const codec = new SuspendData(structure, LIMIT);
    const { text, left } = codec.encode(work);
    assert.ok(text.length <= LIMIT, `${text.length} characters`);
    return { left, back: codec.decode(text) };
  }

  test("drafts first: answers stay whole", () => {
    const structure = structureOf([wordy("quiz-a", 8), wordy("quiz-b", 8)]);
    const attempts = attemptsAt(structure, (quiz, question) =>
      quiz === "quiz-a" ? write(300)(quiz, question) : undefined,
    );
    const drafts = Object.fromEntries(
      Array.from({ length: 8 }, (_, i) => [`quiz-b/t${i}`, "y".repeat(300)]),
    );
    const { left, back } = encoded(structure, { state: { ...NO_STATE, drafts }, attempts });
    assert.equal(left, "drafts");
    assert.deepEqual(back.state.drafts, {});
    assert.deepEqual(back.attempts, attempts);
  });

  test("then what was typed: scores and choices stay", () => {
    const structure = structureOf([wordy("quiz-a", 20)]);
    const attempts = attemptsAt(structure, write(400));
    const { left, back } = encoded(structure, { state: NO_STATE, attempts });
    assert.equal(left, "typed-responses");
    assert.equal(back.attempts["quiz-a"].score, 0.5);
    assert.equal(back.attempts["quiz-a"].answers.s0.response, "b");
    assert.equal(back.attempts["quiz-a"].answers.t0.response, undefined);
    assert.equal(back.attempts["quiz-a"].answers.t0.verdict.score, 0);
  });

  test("then the other responses: partial scores stay to the fourth decimal", () => {
    const key = { ...keys().order, correct: Array.from({ length: 30 }, (_, i) => `i${i}`) };
    const questions = Array.from({ length: 200 }, (_, i) => ({ id: `o${i}`, points: 1, key }));
    const structure = structureOf([{ id: "quiz-a", attempts: 0, questions }]);
    const swapped = [...key.correct];
    [swapped[0], swapped[1], swapped[2]] = [swapped[1], swapped[2], swapped[0]];
    const attempts = attemptsAt(structure, () => swapped);
    const { left, back } = encoded(structure, { state: NO_STATE, attempts });
    assert.equal(left, "responses");
    assert.equal(back.attempts["quiz-a"].answers.o7.verdict.score, 0.9);
    assert.equal(back.attempts["quiz-a"].score, attempts["quiz-a"].score);
  });

  test("a course of 2,000 questions keeps every score, every visit and the place", () => {
    const quizzes = Array.from({ length: 100 }, (_, i) => wordy(`quiz-${i}`, 10));
    const structure = structureOf(quizzes, 400);
    const attempts = attemptsAt(structure, write(450));
    const state = {
      position: "unit/quiz-99",
      visited: structure.steps.filter((_, i) => i % 3 > 0),
      drafts: { "quiz-3/t1": "y" },
    };
    const { back } = encoded(structure, { state, attempts });
    assert.equal(back.state.position, state.position);
    assert.deepEqual(back.state.visited, state.visited);
    for (const { id, questions } of quizzes) {
      assert.equal(back.attempts[id].score, attempts[id].score);
      assert.equal(back.attempts[id].best, attempts[id].best);
      assert.equal(back.attempts[id].completed, true);
      const scores = questions.map((one) => [1, back.attempts[id].answers[one.id].verdict.score]);
      assert.equal(activityScore(scores), attempts[id].score);
    }
  });

  test("ten times that still fits, and keeps the place", () => {
    const quizzes = Array.from({ length: 1000 }, (_, i) => wordy(`quiz-${i}`, 10));
    const structure = structureOf(quizzes, 30000);
    const attempts = attemptsAt(structure, write(5));
    const state = { position: "unit/page-29999", visited: structure.steps, made: [], drafts: {} };
    const { left, back } = encoded(structure, { state, attempts });
    assert.equal(left, "attempts");
    assert.equal(back.state.position, "unit/page-29999");
  });
});

describe("bits", () => {
  test("come back as they were written", () => {
    const writer = new BitWriter(100);
    writer.write(5, 3);
    writer.flag(true);
    writer.count(0);
    writer.count(123456789);
    writer.write(1023, 10);
    const reader = new BitReader(String(writer));
    assert.equal(reader.read(3), 5);
    assert.equal(reader.flag(), true);
    assert.equal(reader.count(), 0);
    assert.equal(reader.count(), 123456789);
    assert.equal(reader.read(10), 1023);
  });

  test("stop exactly at the limit", () => {
    const writer = new BitWriter(2);
    writer.write(0, 12);
    assert.equal(String(writer).length, 2);
    assert.throws(() => writer.flag(false), NoRoom);
  });
});
