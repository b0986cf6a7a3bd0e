/** What may go wrong between the player and a platform, in both editions. */
import assert from "node:assert/strict";
import { afterEach, beforeEach, describe, mock, test } from "node:test";
import { openTracking } from "./deliveries.js";
import { RIGHT, activity, bootOf } from "./samples.js";

const PREFIXES = { scorm12: "LMS", scorm2004: "" };
const API_NAMES = { scorm12: "API", scorm2004: "API_1484_11" };
const ENDS = { scorm12: "LMSFinish", scorm2004: "Terminate" };
/** What the editions call the same things. */
const ELEMENTS = {
  scorm12: { credit: "cmi.core.credit", raw: "cmi.core.score.raw", status: "cmi.core.lesson_status" },
  scorm2004: { credit: "cmi.credit", raw: "cmi.score.raw", status: "cmi.completion_status" },
};

/** A platform that keeps everything, and fails as a test wants it to. */
class Platform {
  values = new Map();
  calls = [];
  /** Errors by element or function; "throw" for a platform that is gone. */
  faults = {};
  error = "0";

  constructor(edition) {
    this.edition = edition;
    const prefix = PREFIXES[edition];
    const answer = (method, reply) => [
      prefix + method,
      (...given) => this.#answer(prefix + method, given, reply),
    ];
    this.api = Object.fromEntries([
      answer("Initialize", () => "true"),
      answer("GetValue", (name) => this.values.get(name) ?? this.#count(name)),
      answer("SetValue", (name, value) => String(Boolean(this.values.set(name, value)))),
      answer("Commit", () => "true"),
      [ENDS[edition], (...given) => this.#answer(ENDS[edition], given, () => "true")],
      [`${prefix}GetLastError`, () => this.error],
      [`${prefix}GetErrorString`, () => "No."],
      [`${prefix}GetDiagnostic`, () => ""],
    ]);
  }

  #answer(method, given, reply) {
    this.calls.push([method, ...given]);
    const fault = this.faults[given[0]] ?? this.faults[method];
    this.error = fault ?? "0";
    if (fault === "throw") throw new Error("gone");
    if (fault) return method.endsWith("GetValue") ? "" : "false";
    return reply(...given);
  }

  /** Collections know their length. */
  #count(name) {
    const collection = /^(.*)\._count$/.exec(name)?.[1];
    if (!collection) return "";
    const ids = [...this.values.keys()].filter((each) =>
      new RegExp(`^${collection.replaceAll(".", "\\.")}\\.\\d+\\.id$`).test(each),
    );
    return String(ids.length);
  }

  get(name) {
    return this.values.get(ELEMENTS[this.edition][name] ?? name);
  }

  wrote() {
    return this.calls.filter(([method]) => /(SetValue|Commit)$/.test(method)).length;
  }

  get hasEnded() {
    return this.calls.at(-1)[0] === ENDS[this.edition];
  }
}

class FakeWindow extends EventTarget {
  document = Object.assign(new EventTarget(), { visibilityState: "visible" });
  parent = this;
  opener = null;
  localStorage = null;
}

const COMPETENT = {
  competencies: { see: "Seeing «\u00a0all\u00a0»" },
  quizzes: {
    "quiz-one": {
      attempts: 3,
      questions: activity("quiz-one").questions.map(({ id, points }) => ({
        id,
        points,
        competencies: ["see"],
      })),
    },
    "quiz-two": {
      attempts: 3,
      questions: activity("quiz-two").questions.map(({ id, points }) => ({ id, points })),
    },
  },
};
const ALL_WRONG = { ...RIGHT, single: "a", multiple: ["b"], truth: true, number: "1", words: "no" };
const DONE = {
  finished: true,
  seen: true,
  share: 1,
  graded: { done: 2, total: 2, score: 1, canRetry: true },
};

for (const edition of ["scorm12", "scorm2004"]) {
  describe(edition, () => {
    let platform;
    let window;

    beforeEach(() => {
      mock.timers.enable({ apis: ["setTimeout", "Date"], now: Date.UTC(2026, 10, 23) });
      platform = new Platform(edition);
    });
    afterEach(() => mock.timers.reset());

    function open(boot = {}, options = {}) {
      window = Object.assign(new FakeWindow(), { [API_NAMES[edition]]: platform.api });
      const usual = bootOf(edition, boot);
      return openTracking({ ...usual, options: { ...usual.options, ...options } }, window);
    }

    const leave = () => window.dispatchEvent(new Event("pagehide"));

    async function pass(milliseconds) {
      mock.timers.tick(milliseconds);
      await Promise.resolve();
      await Promise.resolve();
    }

    async function answer(tracking, quiz, responses) {
      for (const { id } of activity(quiz).questions) {
        await tracking.marker.answer(activity(quiz), id, responses[id]);
      }
      await pass(0);
    }

    const objective = (element) => platform.values.get(`cmi.objectives.0.${element}`);

    for (const fault of ["101", "throw"]) {
      test(`work that the platform does not give (${fault}) is not written over`, async () => {
        platform.values.set("cmi.suspend_data", "the work of a term");
        platform.faults["cmi.suspend_data"] = fault;
        const tracking = open();
        await tracking.load();
        assert.equal(tracking.status.value.state, "unsaved");
        delete platform.faults["cmi.suspend_data"];
        tracking.save({ position: "one/page", visited: ["one/page"], made: [], drafts: {} });
        tracking.complete(DONE);
        await pass(60000);
        leave();
        assert.equal(platform.values.get("cmi.suspend_data"), "the work of a term");
        assert.equal(platform.wrote(), 0);
        assert.ok(platform.hasEnded);
      });
    }

    test("a platform that breaks as it opens promises no other try", async () => {
      platform.faults[`${PREFIXES[edition]}Initialize`] = "throw";
      const tracking = open();
      await tracking.load();
      assert.equal(tracking.status.value.problem.code, "lms-initialize");
      assert.match(tracking.status.value.problem.detail, /gone/);
    });

    test("an element that the platform has no value for is no failure", async () => {
      platform.faults["cmi.suspend_data"] = "403";
      const tracking = open();
      await tracking.load();
      assert.equal(tracking.status.value.problem, undefined);
    });

    test("the time spent reading is told when a phone puts the page away", async () => {
      const tracking = open();
      await tracking.load();
      await pass(0);
      await pass(20 * 60 * 1000);
      window.document.visibilityState = "hidden";
      window.document.dispatchEvent(new Event("visibilitychange"));
      const [element, time] = {
        scorm12: ["cmi.core.session_time", "00:20:00.00"],
        scorm2004: ["cmi.session_time", "PT0H20M0S"],
      }[edition];
      assert.equal(platform.get(element), time);
      assert.match(platform.calls.at(-1)[0], /Commit$/);
      await pass(0);
      assert.equal(tracking.status.value.state, "saved");
    });

    test("a page that is closed while it opens writes nothing over the work", async () => {
      platform.values.set("cmi.suspend_data", "the work of a term");
      const loading = open().load();
      leave();
      await loading;
      await pass(60000);
      assert.equal(platform.values.get("cmi.suspend_data"), "the work of a term");
      assert.equal(platform.wrote(), 0);
      assert.ok(platform.hasEnded);
    });

    test("a platform that is gone is named, and the learner may go on", async () => {
      const tracking = open();
      await tracking.load();
      await pass(0);
      for (const method of Object.keys(platform.api)) platform.faults[method] = "throw";
      await answer(tracking, "quiz-one", RIGHT);
      assert.equal(tracking.status.value.state, "unsaved");
      assert.equal(tracking.status.value.problem.code, "lms-save");
      platform.faults = {};
      await pass(60000);
      assert.equal(tracking.status.value.state, "saved");
      leave();
      assert.equal(tracking.status.value.problem, undefined);
    });

    test("without credit the work is kept, and neither score nor result is told", async () => {
      platform.values.set(ELEMENTS[edition].credit, "no-credit");
      const tracking = open(COMPETENT);
      await tracking.load();
      await answer(tracking, "quiz-one", RIGHT);
      tracking.complete(DONE);
      await pass(0);
      assert.equal(tracking.status.value.state, "saved");
      assert.equal(tracking.status.value.problem.code, "no-credit");
      leave();
      assert.match(platform.get("cmi.suspend_data"), /^2/);
      assert.equal(platform.get("status"), "incomplete");
      assert.equal(platform.get("raw"), undefined);
      assert.equal(platform.get("cmi.success_status"), undefined);
      assert.equal(objective("id"), undefined);
    });

    test("a competency is told when its activities are done, and never made less", async () => {
      const tracking = open(COMPETENT);
      await tracking.load();
      await pass(0);
      assert.equal(objective("id"), "see");
      assert.equal(objective("score.raw"), undefined);
      await answer(tracking, "quiz-one", RIGHT);
      assert.equal(objective("score.raw"), "100");
      const status = edition === "scorm12" ? "status" : "success_status";
      assert.equal(objective(status), "passed");
      await tracking.marker.restart(activity("quiz-one"));
      await answer(tracking, "quiz-one", ALL_WRONG);
      leave();
      assert.equal(objective("score.raw"), "100");
      const again = open(COMPETENT);
      await again.load();
      await again.marker.restart(activity("quiz-one"));
      await answer(again, "quiz-one", ALL_WRONG);
      leave();
      assert.equal(objective("score.raw"), "100");
      assert.equal(objective(status), "passed");
      assert.equal(platform.values.has("cmi.objectives.1.id"), false);
    });

    test("a competency is told where its score has no bounds", async () => {
      platform.faults["cmi.objectives.0.score.min"] = edition === "scorm12" ? "401" : "402";
      const tracking = open(COMPETENT);
      await tracking.load();
      await answer(tracking, "quiz-one", RIGHT);
      assert.equal(objective("score.raw"), "100");
    });

    test("an objective that the platform's manifest named keeps its place", async () => {
      platform.values.set("cmi.objectives.0.id", "objective-of-the-platform");
      const tracking = open(COMPETENT);
      await tracking.load();
      await pass(0);
      assert.equal(platform.values.get("cmi.objectives.1.id"), "see");
      assert.equal(objective("id"), "objective-of-the-platform");
    });

    test("a platform without objectives gets everything else", async () => {
      platform.faults["cmi.objectives.0.id"] = edition === "scorm12" ? "401" : "402";
      const tracking = open(COMPETENT);
      await tracking.load();
      await answer(tracking, "quiz-one", RIGHT);
      assert.equal(tracking.status.value.problem, undefined);
      assert.equal(platform.get("cmi.objectives.0.score.raw"), undefined);
      assert.equal(platform.values.get("cmi.interactions.0.objectives.0.id"), "see");
    });

    test("an objective that is refused does not stand in the way of the rest", async () => {
      platform.faults["cmi.objectives.0.id"] = edition === "scorm12" ? "405" : "406";
      const tracking = open(COMPETENT);
      await tracking.load();
      await answer(tracking, "quiz-one", RIGHT);
      tracking.complete(DONE);
      await pass(0);
      assert.equal(tracking.status.value.state, "saved");
      assert.equal(platform.get("raw"), "100");
    });

    describe("with a SCO a unit", () => {
      const SPLIT = { structure: "units", scope: ["one"] };

      test("the next unit is named, and none before the first", async () => {
        const tracking = open({}, SPLIT);
        await tracking.load();
        assert.equal(tracking.neighbour("previous"), null);
        assert.deepEqual(tracking.neighbour("continue"), { title: "two", open: null });
      });

      test("a module in one piece has no neighbours", async () => {
        const tracking = open();
        await tracking.load();
        assert.equal(tracking.neighbour("continue"), null);
      });
    });
  });
}

describe("going on in SCORM 2004", () => {
  const VALID = "adl.nav.request_valid.continue";
  let platform;
  let window;

  async function opened(valid) {
    platform = new Platform("scorm2004");
    platform.values.set(VALID, valid);
    window = Object.assign(new FakeWindow(), { API_1484_11: platform.api });
    const boot = bootOf("scorm2004");
    const options = { ...boot.options, structure: "units", scope: ["one"] };
    const tracking = openTracking({ ...boot, options }, window);
    await tracking.load();
    return tracking;
  }

  for (const said of ["false", "unknown", ""]) {
    test(`is not offered where the platform says "${said}"`, async () => {
      const tracking = await opened(said);
      assert.equal(tracking.neighbour("continue").open, null);
    });
  }

  test("is not offered by a platform that is gone", async () => {
    const tracking = await opened("true");
    platform.faults[VALID] = "throw";
    assert.equal(tracking.neighbour("continue").open, null);
  });

  test("keeps the work, asks, and takes leave, in this order", async () => {
    const tracking = await opened("true");
    tracking.save({ position: "one/page", visited: ["one/page"], made: [], drafts: {} });
    await tracking.neighbour("continue").open();
    const names = platform.calls.map(([method, element]) => element || method);
    assert.equal(platform.values.get("adl.nav.request"), "continue");
    assert.ok(names.lastIndexOf("Commit") < names.indexOf("adl.nav.request"));
    assert.ok(platform.hasEnded);
    assert.equal(platform.values.get("cmi.location"), "one/page");
    assert.equal(tracking.neighbour("continue").open, null);
  });

  test("stays where the work could not be kept", async () => {
    const tracking = await opened("true");
    platform.faults.Commit = "391";
    tracking.save({ position: "one/page", visited: ["one/page"], made: [], drafts: {} });
    await assert.rejects(tracking.neighbour("continue").open(), { code: "lms-save" });
    assert.equal(platform.values.has("adl.nav.request"), false);
    assert.equal(platform.hasEnded, false);
    window.dispatchEvent(new Event("pagehide"));
  });

  test("stays where the platform refuses", async () => {
    const tracking = await opened("true");
    platform.faults["adl.nav.request"] = "401";
    await assert.rejects(tracking.neighbour("continue").open(), { code: "lms-save" });
    assert.equal(platform.hasEnded, false);
    window.dispatchEvent(new Event("pagehide"));
  });
});
