import assert from "node:assert/strict";
import { beforeEach, describe, test } from "node:test";
import { verdict } from "../../course_content/player/scoring.js";
import {
  duration,
  interaction,
  real,
  timestamp,
} from "../../course_content/player/tracking/scorm/format-2004.js";
import { openTracking } from "./deliveries.js";
import { RIGHT, activity, bootOf } from "./samples.js";

const PROGRESS = {
  finished: false,
  seen: false,
  share: 0.25,
  graded: { done: 0, total: 2, score: 0, canRetry: true },
};

/** An LMS that keeps what it is told, and the order of it. */
class Platform {
  values = new Map();
  calls = [];
  isOpen = false;

  constructor(values = {}) {
    this.values = new Map(Object.entries(values));
    this.API_1484_11 = {
      Initialize: () => this.#said("Initialize", (this.isOpen = true)),
      Terminate: () => this.#said("Terminate", !(this.isOpen = false)),
      GetValue: (name) => this.values.get(name) ?? "",
      SetValue: (name, value) => {
        assert.equal(typeof value, "string", name);
        this.values.set(name, value);
        return "true";
      },
      Commit: () => this.#said("Commit", true),
      GetLastError: () => "0",
      GetErrorString: () => "",
      GetDiagnostic: () => "",
    };
  }

  #said(call, isTrue) {
    this.calls.push(call);
    return String(isTrue);
  }
}

class FakeWindow extends EventTarget {
  document = Object.assign(new EventTarget(), { visibilityState: "visible" });
  parent = this;
  opener = null;
  localStorage = null;
}

let platform;
let window;

function opened(values = {}, options = {}) {
  platform = new Platform(values);
  window = Object.assign(new FakeWindow(), { API_1484_11: platform.API_1484_11 });
  const boot = bootOf("scorm2004");
  return openTracking({ ...boot, options: { ...boot.options, ...options } }, window);
}

function leave() {
  window.dispatchEvent(new Event("pagehide"));
}

function told(name) {
  return platform.values.get(name);
}

describe("values are written as the data model does", () => {
  test("durations", () => {
    assert.equal(duration(0), "PT0H0M0S");
    assert.equal(duration(3661.257), "PT1H1M1.26S");
    assert.equal(duration(360000), "PT100H0M0S");
    assert.equal(duration(-5), "PT0H0M0S");
  });

  test("instants, without the milliseconds that Moodle refuses", () => {
    assert.equal(timestamp(new Date(2026, 0, 5, 7, 8, 9, 123)), "2026-01-05T07:08:09");
  });

  test("numbers, however large", () => {
    assert.equal(real(1 / 3), "0.3333333");
    assert.equal(real(-0), "0");
    assert.match(real(Infinity), /^\d+(\.\d+)?$/);
  });

  const answered = (key, response) =>
    Object.fromEntries(
      interaction({
        activity: { id: "quiz" },
        questionId: "q",
        response,
        key,
        verdict: verdict(key, response),
        seconds: 65,
        at: new Date(2026, 0, 5),
      }),
    );

  test("every kind of question with its right answers", () => {
    for (const [key, response, type, pattern, said] of [
      [{ kind: "single", choices: ["a", "b"], correct: "b" }, "a", "choice", "b", "a"],
      [
        { kind: "multiple", choices: ["a", "b", "c"], correct: ["a", "c"] },
        ["a", "b"],
        "choice",
        "a[,]c",
        "a[,]b",
      ],
      [{ kind: "true_false", correct: true }, false, "true-false", "true", "false"],
      [{ kind: "ordering", correct: ["x", "y"] }, ["y", "x"], "sequencing", "x[,]y", "y[,]x"],
      [
        { kind: "matching", correct: { l1: "r2", l2: "r1" }, options: ["r1", "r2"] },
        { l1: "r1", l2: "r2" },
        "matching",
        "l1[.]r2[,]l2[.]r1",
        "l1[.]r1[,]l2[.]r2",
      ],
      [
        { kind: "numeric", correct: 2.5, tolerance: 0.1 },
        "2,45",
        "numeric",
        "2.4[:]2.6",
        "2.45",
      ],
      [
        { kind: "text", accepted: ["partie prenante"] },
        "rien[,] du tout",
        "fill-in",
        "{case_matters=false}partie prenante",
        "rien(,] du tout",
      ],
    ]) {
      const elements = answered({ points: 2, ...key }, response);
      assert.equal(elements.type, type);
      assert.equal(elements["correct_responses.0.pattern"], pattern);
      assert.equal(elements.learner_response, said);
      assert.equal(elements.weighting, "2");
      assert.equal(elements.latency, "PT0H1M5S");
    }
  });

  test("a typed answer has room as LMSs count, and no character of it is cut in two", () => {
    const said = answered({ kind: "text", accepted: ["x"], points: 1 }, `a${"😀".repeat(200)}`);
    assert.equal(said.learner_response, `a${"😀".repeat(124)}`);
  });

  test("results between right and wrong are numbers", () => {
    const key = { kind: "ordering", correct: ["a", "b", "c"], points: 1 };
    assert.equal(answered(key, ["a", "b", "c"]).result, "correct");
    assert.equal(answered(key, ["a", "c", "b"]).result, "0.3333");
    assert.equal(answered(key, ["b", "c", "a"]).result, "incorrect");
  });
});

describe("a session with the platform", () => {
  let tracking;

  beforeEach(() => {
    tracking = opened();
  });

  test("says at once that the course is not completed, and nothing of success", async () => {
    await tracking.load();
    tracking.complete(PROGRESS);
    leave();
    assert.equal(told("cmi.completion_status"), "incomplete");
    assert.equal(told("cmi.success_status"), undefined);
    assert.equal(told("cmi.progress_measure"), "0.25");
    assert.equal(told("cmi.exit"), "suspend");
    assert.match(told("cmi.session_time"), /^PT0H0M[\d.]+S$/);
    assert.equal(platform.calls.at(-1), "Terminate");
  });

  test("tells raw and scaled scores, and who passed", async () => {
    await tracking.load();
    tracking.complete({
      ...PROGRESS,
      share: 1,
      graded: { done: 2, total: 2, score: 0.625, canRetry: true },
    });
    leave();
    assert.equal(told("cmi.score.raw"), "62.5");
    assert.equal(told("cmi.score.scaled"), "0.625");
    assert.equal(told("cmi.score.min"), "0");
    assert.equal(told("cmi.score.max"), "100");
    assert.equal(told("cmi.completion_status"), "completed");
    assert.equal(told("cmi.success_status"), "passed");
  });

  test("resumes where the learner was, answers included", async () => {
    await tracking.load();
    const quiz = activity("quiz-one");
    for (const [question, response] of Object.entries(RIGHT)) {
      await tracking.marker.answer(quiz, question, response, 1);
    }
    tracking.save({ position: "one/page", visited: ["one/page"], made: [], drafts: {} });
    leave();
    const kept = Object.fromEntries(platform.values);
    assert.ok(kept["cmi.suspend_data"].length > 0);
    const again = await opened(kept).load();
    assert.equal(again.state.position, "one/page");
    assert.deepEqual(again.state.visited, ["one/page"]);
    assert.ok(again.attempts["quiz-one"].completed);
  });
});

describe("on the platform's terms", () => {
  const DONE = {
    ...PROGRESS,
    graded: { done: 2, total: 2, score: 0.1, canRetry: true },
  };

  test("nothing is written in review", async () => {
    const tracking = opened({ "cmi.mode": "review", "cmi.completion_status": "completed" });
    await tracking.load();
    tracking.complete(DONE);
    leave();
    assert.equal(told("cmi.completion_status"), "completed");
    assert.equal(told("cmi.score.raw"), undefined);
    assert.equal(tracking.status.value.state, "off");
  });

  test("what was reached is never taken back", async () => {
    const tracking = opened({
      "cmi.completion_status": "completed",
      "cmi.success_status": "passed",
      "cmi.score.raw": "90",
    });
    await tracking.load();
    tracking.complete(DONE);
    leave();
    assert.equal(told("cmi.completion_status"), "completed");
    assert.equal(told("cmi.success_status"), "passed");
    assert.equal(told("cmi.score.raw"), "90");
  });

  test("the platform's passing score outweighs the export's", async () => {
    const tracking = opened({ "cmi.scaled_passing_score": "0.05" }, { mastery: 60 });
    await tracking.load();
    tracking.complete(DONE);
    leave();
    assert.equal(told("cmi.success_status"), "passed");
  });

  test("who passes by a score that is rounded passes by the scaled one, too", async () => {
    const tracking = opened({ "cmi.scaled_passing_score": "0.8" });
    await tracking.load();
    tracking.complete({ ...DONE, graded: { done: 2, total: 2, score: 0.79996, canRetry: true } });
    leave();
    assert.equal(told("cmi.success_status"), "passed");
    assert.equal(told("cmi.score.raw"), "80");
    assert.equal(told("cmi.score.scaled"), "0.8");
  });

  test("whom the export does not let fail stays incomplete", async () => {
    const tracking = opened({}, { mastery: 60, statuses: "passed-incomplete" });
    await tracking.load();
    tracking.complete(DONE);
    leave();
    assert.equal(told("cmi.completion_status"), "incomplete");
    assert.equal(told("cmi.success_status"), undefined);
  });

  test("whoever failed and then did not is no longer said to have failed", async () => {
    const options = { mastery: 5, statuses: "completed-failed" };
    const tracking = opened({ "cmi.success_status": "failed" }, options);
    await tracking.load();
    tracking.complete(DONE);
    leave();
    assert.equal(told("cmi.completion_status"), "completed");
    assert.equal(told("cmi.success_status"), "unknown");
  });

  test("whom the export does not let pass is completed", async () => {
    const tracking = opened({}, { mastery: 5, statuses: "completed-incomplete" });
    await tracking.load();
    tracking.complete(DONE);
    leave();
    assert.equal(told("cmi.completion_status"), "completed");
    assert.equal(told("cmi.success_status"), undefined);
  });
});
