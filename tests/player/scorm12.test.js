import assert from "node:assert/strict";
import { afterEach, beforeEach, describe, mock, test } from "node:test";
import { openTracking } from "./deliveries.js";
import { RIGHT, activity, bootOf } from "./samples.js";

/** A platform that keeps what it is told, and refuses what a test wants refused. */
class Platform {
  constructor(values = {}) {
    this.values = { "cmi.core.lesson_status": "not attempted", ...values };
    this.kept = {};
    this.calls = [];
    this.error = "0";
    this.refused = {};
    this.isOpen = false;
    const names = ["Initialize", "GetValue", "SetValue", "Commit", "Finish"];
    this.API = Object.fromEntries(
      names.map((name) => [`LMS${name}`, (...given) => this.#answer(name, given)]),
    );
    this.API.LMSGetLastError = () => this.error;
    this.API.LMSGetErrorString = (number) => `error ${number}`;
    this.API.LMSGetDiagnostic = () => "";
  }

  #answer(name, given) {
    this.calls.push([name, ...given]);
    const error = this.refused[name === "SetValue" ? given[0] : name];
    this.error = error ?? (name !== "Initialize" && !this.isOpen ? "301" : "0");
    if (this.error !== "0") return name === "GetValue" ? "" : "false";
    return this[name](...given);
  }

  Initialize() {
    this.isOpen = true;
    return "true";
  }

  GetValue(element) {
    if (element === "cmi.interactions._count") return String(this.interactions.length);
    return this.values[element] ?? "";
  }

  SetValue(element, value) {
    this.values[element] = value;
    return "true";
  }

  Commit() {
    this.kept = { ...this.values };
    return "true";
  }

  Finish() {
    this.kept = { ...this.values };
    this.isOpen = false;
    return "true";
  }

  get interactions() {
    return Object.entries(this.values).filter(([element]) =>
      /^cmi\.interactions\.\d+\.id$/.test(element),
    );
  }

  count(name) {
    return this.calls.filter(([called]) => called === name).length;
  }
}

/** A window that shows the platform's API, with a document that can be hidden. */
function windowOf(platform) {
  const window = new EventTarget();
  window.document = new EventTarget();
  window.document.visibilityState = "visible";
  window.parent = window;
  if (platform) window.API = platform.API;
  return window;
}

function leave(window) {
  window.dispatchEvent(new Event("pagehide"));
}

/** Let what is due within this time happen. */
async function pass(milliseconds) {
  mock.timers.tick(milliseconds);
  await Promise.resolve();
  await Promise.resolve();
}

const PROGRESS = (done, score, total = 2) => ({
  finished: false,
  graded: { done, total, score, canRetry: true },
});

let platform;
let window;

afterEach(() => mock.timers.reset());

beforeEach(() => {
  mock.timers.enable({ apis: ["setTimeout", "Date"], now: Date.UTC(2026, 10, 23) });
  platform = new Platform();
  window = windowOf(platform);
});

async function opened(boot = bootOf("scorm12")) {
  const tracking = openTracking(boot, window);
  const snapshot = await tracking.load();
  await pass(0);
  return { tracking, snapshot };
}

async function answerAll(tracking, quiz, responses = RIGHT) {
  for (const { id } of activity(quiz).questions) {
    await tracking.marker.answer(activity(quiz), id, responses[id], 3);
  }
  await pass(0);
}

describe("opening", () => {
  test("the status is incomplete at once, and kept", async () => {
    await opened();
    assert.equal(platform.kept["cmi.core.lesson_status"], "incomplete");
    assert.equal(platform.kept["cmi.core.exit"], "suspend");
  });

  test("without a platform the work goes on, and says where it stays", async () => {
    window = windowOf(null);
    const { tracking } = await opened();
    assert.equal(tracking.status.value.state, "unsaved");
    assert.equal(tracking.status.value.problem.code, "no-lms");
    const { verdict } = await tracking.marker.answer(activity("quiz-one"), "single", "b");
    assert.equal(verdict.correct, true);
    assert.equal(tracking.status.value.state, "unsaved");
  });

  test("a platform that does not open the session is told to the learner", async () => {
    platform.refused.Initialize = "101";
    platform.refused.GetValue = "301";
    const { tracking } = await opened();
    assert.equal(tracking.status.value.problem.code, "lms-initialize");
    tracking.save({ position: "one/page", visited: ["one/page"], drafts: {} });
    await pass(60000);
    assert.equal(platform.count("SetValue"), 0);
  });
});

describe("resuming", () => {
  test("the place, the visits and the answers come back", async () => {
    const first = await opened();
    first.tracking.save({
      position: "one/quiz-one",
      visited: ["one/page", "one/quiz-one"],
      drafts: { "quiz-two/number": "2," },
    });
    await answerAll(first.tracking, "quiz-one");
    leave(window);
    window = windowOf(platform);
    const { snapshot } = await opened();
    assert.equal(snapshot.state.position, "one/quiz-one");
    assert.deepEqual(snapshot.state.visited, ["one/page", "one/quiz-one"]);
    assert.deepEqual(snapshot.state.drafts, { "quiz-two/number": "2," });
    assert.equal(snapshot.attempts["quiz-one"].score, 1);
    assert.equal(snapshot.attempts["quiz-one"].answers.words.response, "Partie prenante");
  });

  test("an updated course goes on at the bookmark, and says that answers are lost", async () => {
    const { tracking } = await opened();
    tracking.save({ position: "two/page", visited: ["two/page"], drafts: {} });
    await pass(0);
    leave(window);
    window = windowOf(platform);
    const { snapshot } = await opened(bootOf("scorm12", { units: ["two", "three"] }));
    assert.equal(snapshot.state.position, "two/page");
    assert.equal(snapshot.notice, "notice.changed-course");
  });

  test("interactions go on counting where they were", async () => {
    const { tracking } = await opened();
    await answerAll(tracking, "quiz-one");
    leave(window);
    window = windowOf(platform);
    const second = await opened();
    await answerAll(second.tracking, "quiz-two");
    assert.equal(platform.interactions.length, 14);
    assert.equal(platform.values["cmi.interactions.7.id"], "quiz-two_single");
  });
});

describe("working", () => {
  test("every page is kept at once", async () => {
    const { tracking } = await opened();
    const before = platform.count("Commit");
    tracking.save({ position: "one/page", visited: ["one/page"], drafts: {} });
    await pass(0);
    tracking.save({ position: "two/page", visited: ["one/page", "two/page"], drafts: {} });
    await pass(0);
    assert.equal(platform.count("Commit"), before + 2);
    assert.equal(platform.kept["cmi.core.lesson_location"], "two/page");
  });

  test("typing is kept when it pauses, or when the page is hidden", async () => {
    const { tracking } = await opened();
    const state = { position: "one/quiz-one", visited: [], drafts: {} };
    tracking.save(state);
    await pass(0);
    const before = platform.count("Commit");
    for (const words of ["p", "pa", "par"]) {
      tracking.save({ ...state, drafts: { "quiz-one/words": words } });
      await pass(100);
    }
    assert.equal(platform.count("Commit"), before);
    assert.equal(tracking.status.value.state, "saving");
    window.document.visibilityState = "hidden";
    window.document.dispatchEvent(new Event("visibilitychange"));
    assert.equal(platform.count("Commit"), before + 1);
    await pass(0);
    assert.equal(tracking.status.value.state, "saved");
  });

  test("all graded activities done: score on 100, status by the mastery score", async () => {
    const { tracking } = await opened();
    await answerAll(tracking, "quiz-one");
    tracking.complete(PROGRESS(2, 0.6667));
    await pass(0);
    assert.equal(platform.kept["cmi.core.score.raw"], "66.67");
    assert.equal(platform.kept["cmi.core.score.min"], "0");
    assert.equal(platform.kept["cmi.core.score.max"], "100");
    assert.equal(platform.kept["cmi.core.lesson_status"], "passed");
    assert.equal(platform.kept["cmi.core.exit"], "");
  });

  test("the platform's mastery score goes before the package's", async () => {
    platform.values["cmi.student_data.mastery_score"] = "80";
    const { tracking } = await opened();
    tracking.complete(PROGRESS(2, 0.7));
    await pass(0);
    assert.equal(platform.kept["cmi.core.lesson_status"], "failed");
  });

  test("half a score is withheld from a platform that would judge it", async () => {
    platform.values["cmi.student_data.mastery_score"] = "80";
    const { tracking } = await opened();
    tracking.complete(PROGRESS(1, 0.5));
    await pass(0);
    assert.equal("cmi.core.score.raw" in platform.kept, false);
  });

  test("an interaction is told once, whatever is saved after it", async () => {
    const { tracking } = await opened();
    await tracking.marker.answer(activity("quiz-one"), "single", "b", 4);
    await tracking.marker.answer(activity("quiz-one"), "single", "a", 4);
    await pass(0);
    tracking.save({ position: "two/page", visited: [], drafts: {} });
    await pass(0);
    assert.equal(platform.interactions.length, 1);
    assert.equal(platform.values["cmi.interactions.0.student_response"], "b");
    assert.equal(platform.values["cmi.interactions.0.latency"], "00:00:04.00");
  });

  test("a platform without interactions is not bothered with them", async () => {
    platform.refused["cmi.interactions.0.id"] = "401";
    const { tracking } = await opened();
    await answerAll(tracking, "quiz-one");
    assert.equal(tracking.status.value.state, "saved");
    assert.equal(tracking.status.value.problem, undefined);
    assert.equal(
      platform.calls.filter(([, element]) => element?.startsWith?.("cmi.interactions.0")).length,
      1,
    );
  });

  test("an interaction that is refused does not stand in the way of the rest", async () => {
    platform.refused["cmi.interactions.0.student_response"] = "405";
    const { tracking } = await opened();
    await tracking.marker.answer(activity("quiz-one"), "single", "b");
    await pass(0);
    assert.equal(tracking.status.value.problem.reference, "SCORM 405");
    assert.equal(tracking.status.value.state, "saved");
    assert.match(platform.kept["cmi.suspend_data"], /^2/);
  });
});

describe("when the platform cannot keep it", () => {
  test("the learner sees it, and it is tried again until it works", async () => {
    const { tracking } = await opened();
    platform.refused.Commit = "101";
    tracking.save({ position: "one/page", visited: ["one/page"], drafts: {} });
    await pass(0);
    assert.equal(tracking.status.value.state, "unsaved");
    assert.equal(tracking.status.value.problem.code, "lms-save");
    delete platform.refused.Commit;
    await pass(1000);
    assert.equal(tracking.status.value.state, "saved");
    assert.equal(tracking.status.value.problem, undefined);
    assert.equal(platform.kept["cmi.core.lesson_location"], "one/page");
  });

  test("a platform that does not say between what a score lies gets the score", async () => {
    platform.refused["cmi.core.score.min"] = "401";
    platform.refused["cmi.core.score.max"] = "401";
    const { tracking } = await opened();
    tracking.complete(PROGRESS(2, 0.9));
    await pass(0);
    assert.equal(tracking.status.value.state, "saved");
    assert.equal(platform.kept["cmi.core.score.raw"], "90");
    assert.equal(platform.kept["cmi.core.lesson_status"], "passed");
  });

  test("the result is kept although the work, or an answer, is refused for now", async () => {
    for (const [element, error] of [["cmi.suspend_data", "405"], ["cmi.interactions.0.id", "101"]]) {
      platform = new Platform();
      window = windowOf(platform);
      platform.refused[element] = error;
      const { tracking } = await opened();
      await answerAll(tracking, "quiz-one");
      tracking.complete(PROGRESS(2, 0.9));
      await pass(10000);
      assert.equal(tracking.status.value.state, "unsaved", element);
      assert.equal(platform.kept["cmi.core.score.raw"], "90", element);
      assert.equal(platform.kept["cmi.core.lesson_status"], "passed", element);
    }
  });

  test("work that has no room is announced", async () => {
    const boot = bootOf("scorm12");
    const questions = Array.from({ length: 20 }, (_, i) => ({
      id: `t${i}`,
      kind: "text",
      prompt: "",
      points: 1,
    }));
    boot.units.one.steps["quiz-one"].activity = { ...activity("quiz-one"), questions };
    boot.quizzes["quiz-one"].questions = questions.map(({ id }) => ({ id, points: 1 }));
    boot.keys["quiz-one"] = Object.fromEntries(
      questions.map(({ id }) => [id, { kind: "text", accepted: ["x"], points: 1 }]),
    );
    const { tracking } = await opened(boot);
    for (const { id } of questions) {
      await tracking.marker.answer(boot.units.one.steps["quiz-one"].activity, id, "y".repeat(400));
    }
    await pass(0);
    assert.equal(tracking.status.value.state, "saved");
    assert.equal(tracking.status.value.problem.code, "no-room.typed-responses");
    assert.ok(platform.kept["cmi.suspend_data"].length <= 4096);
  });
});

test("no place is told before the learner is anywhere", async () => {
  const { tracking } = await opened();
  tracking.exit();
  assert.equal("cmi.core.lesson_location" in platform.kept, false);
});

describe("leaving", () => {
  test("the last draft, the time and the end are told, once", async () => {
    const { tracking } = await opened();
    await pass(90500);
    tracking.save({ position: null, visited: [], drafts: { "quiz-one/words": "parti" } });
    leave(window);
    tracking.exit();
    leave(window);
    assert.equal(platform.count("Finish"), 1);
    assert.equal(platform.kept["cmi.core.session_time"], "00:01:30.50");
    const calls = platform.calls.length;
    await pass(60000);
    assert.equal(platform.calls.length, calls);
    window = windowOf(platform);
    const { snapshot } = await opened();
    assert.deepEqual(snapshot.state.drafts, { "quiz-one/words": "parti" });
  });

  test("a platform that refuses the last values is still told the end", async () => {
    await opened();
    platform.refused["cmi.core.session_time"] = "405";
    leave(window);
    assert.equal(platform.count("Finish"), 1);
  });

  test("coming back by the back button opens the session again", async () => {
    const { tracking } = await opened();
    leave(window);
    window.dispatchEvent(Object.assign(new Event("pageshow"), { persisted: true }));
    await pass(0);
    tracking.save({ position: "two/page", visited: ["two/page"], drafts: {} });
    await pass(0);
    assert.equal(platform.count("Initialize"), 2);
    assert.equal(platform.kept["cmi.core.lesson_location"], "two/page");
  });
});

for (const mode of ["review", "browse"]) {
  test(`in ${mode} mode nothing is written, and the learner knows`, async () => {
    platform.values["cmi.core.lesson_mode"] = mode;
    platform.values["cmi.core.lesson_status"] = "passed";
    const { tracking } = await opened();
    assert.equal(tracking.status.value.state, "off");
    assert.equal(tracking.status.value.problem.code, "review");
    tracking.save({ position: "one/page", visited: ["one/page"], drafts: {} });
    await answerAll(tracking, "quiz-one");
    tracking.complete(PROGRESS(2, 0.1));
    await pass(60000);
    leave(window);
    assert.equal(platform.count("SetValue"), 0);
    assert.equal(platform.count("Commit"), 0);
    assert.equal(platform.count("Finish"), 1);
  });
}

test("a result that the platform refused on leaving is told on coming back", async () => {
  const { tracking } = await opened();
  platform.refused["cmi.core.lesson_status"] = "101";
  tracking.complete(PROGRESS(2, 0.9));
  leave(window);
  assert.equal(platform.kept["cmi.core.lesson_status"], "incomplete");
  platform.refused = {};
  window.dispatchEvent(Object.assign(new Event("pageshow"), { persisted: true }));
  await pass(0);
  assert.equal(platform.kept["cmi.core.lesson_status"], "passed");
});

test("a score that the platform has is never lowered", async () => {
  platform.values["cmi.core.score.raw"] = "80";
  platform.values["cmi.core.lesson_status"] = "passed";
  const { tracking } = await opened();
  tracking.complete(PROGRESS(2, 0.5));
  await pass(0);
  assert.equal(platform.kept["cmi.core.score.raw"], "80");
  tracking.complete(PROGRESS(2, 0.9));
  await pass(0);
  assert.equal(platform.kept["cmi.core.score.raw"], "90");
});

test("a status that the platform has is never lowered on re-entry", async () => {
  platform.values["cmi.core.lesson_status"] = "passed";
  const { tracking } = await opened();
  tracking.complete(PROGRESS(1, 0.1));
  await pass(0);
  assert.equal(platform.kept["cmi.core.lesson_status"], "passed");
});
