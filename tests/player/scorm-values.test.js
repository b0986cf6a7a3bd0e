import assert from "node:assert/strict";
import { describe, test } from "node:test";
import { verdict } from "../../course_content/player/scoring.js";
import {
  identifier,
  interaction,
  percent,
  shortString,
  timeOfDay,
  timespan,
} from "../../course_content/player/tracking/scorm/format.js";
import {
  isScoreDue,
  isToBeResumed,
  lessonStatus,
} from "../../course_content/player/tracking/scorm/status.js";
import { RIGHT, keys } from "./samples.js";

describe("values are written as SCORM 1.2 has them", () => {
  test("a session time has hours of two digits and hundredths", () => {
    assert.equal(timespan(0), "00:00:00.00");
    assert.equal(timespan(61.239), "00:01:01.24");
    assert.equal(timespan(3599.999), "01:00:00.00");
    assert.equal(timespan(123 * 3600 + 4), "123:00:04.00");
  });

  test("a session time never has more than four digits of hours, nor less than none", () => {
    assert.equal(timespan(1e9), "9999:59:59.99");
    assert.equal(timespan(-5), "00:00:00.00");
  });

  test("a score has a dot, at most two decimals, and stays between 0 and 100", () => {
    assert.equal(percent(0), "0");
    assert.equal(percent(0.6667), "66.67");
    assert.equal(percent(0.5), "50");
    assert.equal(percent(1), "100");
    assert.equal(percent(1.2), "100");
    assert.equal(percent(1e-9), "0");
  });

  test("a time of day has two digits each", () => {
    assert.equal(timeOfDay(new Date(2026, 0, 2, 3, 4, 5)), "03:04:05");
  });

  test("an identifier has no accents, spaces or dots", () => {
    assert.equal(identifier("Évaluer l’impact.v2"), "Evaluer-l-impact-v2");
    assert.equal(identifier("x".repeat(300)).length, 255);
  });

  test("a long text is cut at 255 without halving a character", () => {
    const short = shortString(`${"a".repeat(254)}🛟`);
    assert.equal(short, "a".repeat(254));
  });
});

describe("an answer is told as an interaction", () => {
  const at = new Date(2026, 10, 23, 9, 8, 7);

  function told(questionId, response) {
    const key = keys()[questionId];
    return Object.fromEntries(
      interaction({
        activity: { id: "quiz" },
        questionId,
        response,
        key,
        verdict: verdict(key, response),
        seconds: 12.5,
        at,
      }),
    );
  }

  test("with what every kind has", () => {
    assert.deepEqual(told("single", "a"), {
      id: "quiz_single",
      time: "09:08:07",
      type: "choice",
      "correct_responses.0.pattern": "b",
      weighting: "1",
      student_response: "a",
      result: "wrong",
      latency: "00:00:12.50",
    });
  });

  for (const [question, type, response, pattern] of [
    ["multiple", "choice", "a,c", "{a,c}"],
    ["truth", "true-false", "f", "f"],
    ["order", "sequencing", "a,b,c", "a,b,c"],
    ["pairs", "matching", "a.b,b.c", "{a.b,b.c}"],
    ["number", "numeric", "2.5", "2.5"],
    ["words", "fill-in", "Partie prenante", "partie prenante"],
  ]) {
    test(`${type}: ${question}`, () => {
      const value = told(question, RIGHT[question]);
      assert.equal(value.type, type);
      assert.equal(value.student_response, response);
      assert.equal(value["correct_responses.0.pattern"], pattern);
      assert.equal(value.result, "correct");
    });
  }

  test("half right is told as a number", () => {
    assert.equal(told("pairs", { l1: "r2", l2: "r1" }).result, "0.5");
    assert.equal(told("order", ["i4", "i9", "i7"]).result, "0.33");
  });

  test("an absurd number is still a decimal", () => {
    assert.match(told("number", "9".repeat(400)).student_response, /^[0-9]+$/);
    assert.equal(told("number", "0,0000001").student_response, "0.0000001");
  });

  test("a list of a hundred items is still a text of 255 characters", () => {
    const correct = Array.from({ length: 200 }, (_, i) => `i${i}`);
    const key = { kind: "ordering", correct, points: 1 };
    const elements = interaction({
      activity: { id: "quiz" },
      questionId: "long",
      response: correct,
      key,
      verdict: verdict(key, correct),
      seconds: 0,
      at,
    });
    for (const [name, value] of elements) assert.ok(value.length <= 255, name);
  });
});

describe("the status says how far one is, and never less than before", () => {
  const progress = (done, total, score, finished = false, canRetry = true) => ({
    finished,
    seen: finished,
    graded: { done, total, score, canRetry },
  });
  const rules = (mastery, completion = "quiz", statuses = "passed-failed") => ({
    mastery,
    completion,
    statuses,
  });

  test("incomplete from the first moment, so that the platform does not write completed", () => {
    assert.equal(lessonStatus("not attempted", progress(0, 2, 0), rules(60)), "incomplete");
  });

  test("incomplete until every graded activity is done", () => {
    assert.equal(lessonStatus("incomplete", progress(1, 2, 0.5, true), rules(60)), "incomplete");
  });

  test("passed at the mastery score, failed below", () => {
    assert.equal(lessonStatus("incomplete", progress(2, 2, 0.6), rules(60)), "passed");
    assert.equal(lessonStatus("incomplete", progress(2, 2, 0.5999), rules(60)), "failed");
  });

  test("judged on the score that is sent", () => {
    assert.equal(percent(0.599951), "60");
    assert.equal(lessonStatus("incomplete", progress(2, 2, 0.599951), rules(60)), "passed");
  });

  test("completed where nobody set a mastery score", () => {
    assert.equal(lessonStatus("incomplete", progress(2, 2, 0.1), rules(null)), "completed");
  });

  test("completed when nothing is graded and all was seen", () => {
    assert.equal(lessonStatus("incomplete", progress(0, 0, null, true), rules(60)), "completed");
    assert.equal(lessonStatus("incomplete", progress(0, 0, null, false), rules(60)), "incomplete");
  });

  test("with pages to be seen, quizzes alone do not complete", () => {
    const quizzes = progress(2, 2, 0.9);
    const pages = { ...progress(0, 2, 0), seen: true };
    const all = { ...quizzes, seen: true };
    for (const [completion, done, open] of [
      ["pages", pages, quizzes],
      ["quiz", quizzes, pages],
      ["both", all, quizzes],
      ["both", all, pages],
    ]) {
      assert.notEqual(lessonStatus("not attempted", done, rules(60, completion)), "incomplete");
      assert.equal(lessonStatus("not attempted", open, rules(60, completion)), "incomplete");
    }
    assert.equal(lessonStatus("not attempted", pages, rules(60, "pages")), "completed");
    assert.equal(lessonStatus("not attempted", all, rules(60, "both")), "passed");
  });

  test("the pair of statuses is the one that the export chose", () => {
    for (const statuses of [
      "passed-failed",
      "passed-incomplete",
      "completed-failed",
      "completed-incomplete",
    ]) {
      const told = [0.9, 0.1].map((score) =>
        lessonStatus("not attempted", progress(2, 2, score), rules(60, "quiz", statuses)),
      );
      assert.deepEqual(told, statuses.split("-"));
    }
  });

  test("whoever may stay incomplete is not called completed before it is known", () => {
    const pages = { ...progress(1, 2, 0.5), seen: true };
    for (const [statuses, status] of [
      ["passed-failed", "completed"],
      ["completed-failed", "completed"],
      ["passed-incomplete", "incomplete"],
      ["completed-incomplete", "incomplete"],
    ]) {
      assert.equal(lessonStatus("incomplete", pages, rules(60, "pages", statuses)), status);
    }
    const ungraded = { ...progress(0, 0, null), seen: true };
    const held = rules(60, "pages", "passed-incomplete");
    assert.equal(lessonStatus("incomplete", ungraded, held), "completed");
    assert.equal(lessonStatus("incomplete", pages, { ...held, mastery: null }), "completed");
  });

  test("a failure can still become a success", () => {
    assert.equal(lessonStatus("failed", progress(2, 2, 0.9), rules(60)), "passed");
  });

  for (const [before, now] of [
    ["passed", progress(2, 2, 0.1)],
    ["passed", progress(0, 2, 0)],
    ["completed", progress(1, 2, 0.4)],
    ["completed", progress(2, 2, 0.4)],
    ["failed", progress(0, 2, 0)],
  ]) {
    test(`${before} stays ${before}`, () => {
      assert.equal(lessonStatus(before, now, rules(60)), before);
    });
  }
});

describe("the score is told when the platform can judge it", () => {
  const progress = (done) => ({ graded: { done, total: 2 } });

  test("not before something is done", () => {
    assert.equal(isScoreDue(progress(0), false), false);
  });

  test("as it grows, where the platform has no mastery score", () => {
    assert.equal(isScoreDue(progress(1), false), true);
  });

  test("only when all is done, where the platform would fail a half score", () => {
    assert.equal(isScoreDue(progress(1), true), false);
    assert.equal(isScoreDue(progress(2), true), true);
  });
});

describe("the work is to be resumed", () => {
  const withRetry = { graded: { canRetry: true } };
  const without = { graded: { canRetry: false } };

  test("while it is not finished", () => {
    assert.equal(isToBeResumed("incomplete", without), true);
  });

  test("after a failure, as long as an attempt is left", () => {
    assert.equal(isToBeResumed("failed", withRetry), true);
    assert.equal(isToBeResumed("failed", without), false);
  });

  test("not after a success", () => {
    assert.equal(isToBeResumed("passed", withRetry), false);
    assert.equal(isToBeResumed("completed", withRetry), false);
  });
});
