import assert from "node:assert/strict";
import { beforeEach, describe, test } from "node:test";
import { Course } from "../../course_content/player/course.js";
import { Learner } from "../../course_content/player/learner.js";
import { openTracking } from "./deliveries.js";
import { RIGHT, activity, bootOf } from "./samples.js";

/** The storage of a browser. */
class Storage {
  values = new Map();

  getItem(name) {
    return this.values.get(name) ?? null;
  }

  setItem(name, value) {
    if (this.isFull) throw new DOMException("full", "QuotaExceededError");
    this.values.set(name, value);
  }
}

let storage;

/** A window of this browser. */
function newWindow() {
  return Object.assign(new EventTarget(), { localStorage: storage });
}

beforeEach(() => {
  storage = new Storage();
});

async function arrive({ scope = [], window = newWindow(), version = "1", options } = {}) {
  const boot = bootOf("local");
  boot.options = { ...boot.options, ...options };
  boot.course.version = version;
  const course = new Course(boot.course, scope);
  const tracking = openTracking(boot, window);
  const learner = new Learner(course, tracking, await tracking.load());
  return { course, tracking, learner };
}

async function finish(learner, quiz, responses = RIGHT) {
  for (const [question, response] of Object.entries(responses)) {
    await learner.answer(activity(quiz), question, response);
  }
}

describe("what one has done", () => {
  test("is written so that every platform can read it, halves of characters included", async () => {
    const { learner } = await arrive();
    learner.keepDraft("quiz-one", "words", "parti \ud83d");
    assert.equal(learner.draft("quiz-one", "words"), "parti \ufffd");
    await learner.answer(activity("quiz-one"), "words", "partie \ud83d");
    assert.equal(learner.responses["quiz-one/words"], "partie \ufffd");
  });

  test("is nothing at first", async () => {
    const { course, learner } = await arrive();
    assert.equal(
      course.steps.some((step) => learner.isDone(step)),
      false,
    );
    assert.deepEqual(learner.progress(), {
      finished: false,
      seen: false,
      share: 0,
      graded: { done: 0, total: 2, score: 0, canRetry: true },
    });
  });

  test("is a page once it was opened, an activity once its attempt is complete", async () => {
    const { course, learner } = await arrive();
    learner.visit(course.step("one/page"));
    learner.visit(course.step("one/quiz-one"));
    assert.equal(learner.isDone(course.step("one/page")), true);
    assert.equal(learner.isDone(course.step("one/quiz-one")), false);
    assert.equal(learner.isBegun(course.step("one/quiz-one")), true);
    await finish(learner, "quiz-one");
    assert.equal(learner.isDone(course.step("one/quiz-one")), true);
    assert.equal(learner.progress().graded.score, 0.5);
  });

  test("is everything after the last step", async () => {
    const { course, learner } = await arrive();
    course.steps.forEach((step) => learner.visit(step));
    await finish(learner, "quiz-one");
    await finish(learner, "quiz-two");
    assert.equal(learner.progress().finished, true);
    assert.equal(learner.progress().graded.score, 1);
  });

  test("counts only what the link covers", async () => {
    const { course, learner } = await arrive({ scope: ["two"] });
    assert.deepEqual(
      course.steps.map(({ path }) => path),
      ["two/page", "two/quiz-two"],
    );
    assert.equal(learner.progress().graded.total, 1);
  });

  test("is one activity where the link covers nothing else", async () => {
    const { course, learner } = await arrive({ scope: ["two/quiz-two"] });
    const [step, ...others] = course.steps;
    assert.deepEqual(others, []);
    assert.deepEqual([step.path, step.number, step.unit.isWhole], ["two/quiz-two", 1, false]);
    await finish(learner, "quiz-two");
    assert.equal(learner.progress().finished, true);
  });

  test("keeps the best score over a worse attempt", async () => {
    const { learner } = await arrive({ scope: ["one"] });
    await finish(learner, "quiz-one");
    await learner.restart(activity("quiz-one"));
    await finish(learner, "quiz-one", { ...RIGHT, single: "a", truth: true });
    assert.equal(learner.attempts["quiz-one"].score < 1, true);
    assert.equal(learner.progress().graded.score, 1);
  });
});

describe("an answer", () => {
  test("is final", async () => {
    const { learner } = await arrive();
    await learner.answer(activity("quiz-one"), "single", "a");
    const verdict = await learner.answer(activity("quiz-one"), "single", "b");
    assert.equal(verdict.correct, false);
    assert.equal(learner.attempts["quiz-one"].answers.single.response, "a");
  });

  test("takes the place of its draft", async () => {
    const { learner } = await arrive();
    learner.keepDraft("quiz-one", "words", "parti");
    assert.equal(learner.draft("quiz-one", "words"), "parti");
    await learner.answer(activity("quiz-one"), "words", "partie prenante");
    assert.equal(learner.draft("quiz-one", "words"), undefined);
  });

  test("of the wrong shape is refused and leaves the draft", async () => {
    const { learner } = await arrive();
    learner.keepDraft("quiz-one", "number", "douze");
    await assert.rejects(learner.answer(activity("quiz-one"), "number", "douze"), {
      name: "InvalidResponse",
    });
    assert.equal(learner.draft("quiz-one", "number"), "douze");
  });

  test("is not to be had again when no attempt is left", async () => {
    const { learner } = await arrive();
    for (const expected of [2, 1, 0]) {
      await finish(learner, "quiz-one");
      assert.equal(learner.attempts["quiz-one"].attemptsLeft, expected);
      await learner.restart(activity("quiz-one"));
    }
    assert.equal(learner.attempts["quiz-one"].number, 3);
    assert.equal(learner.attempts["quiz-one"].completed, true);
  });
});

describe("work that stays in the browser", () => {
  test("is taken up again", async () => {
    const first = await arrive();
    first.learner.visit(first.course.step("two/page"));
    await first.learner.answer(activity("quiz-one"), "single", "b");
    first.learner.keepDraft("quiz-one", "words", "parti");
    const { learner } = await arrive();
    assert.equal(learner.state.position, "two/page");
    assert.equal(learner.attempts["quiz-one"].answers.single.response, "b");
    assert.equal(learner.draft("quiz-one", "words"), "parti");
  });

  test("forgets a place that the course no longer has", async () => {
    const first = await arrive();
    first.learner.visit(first.course.step("two/page"));
    const { learner } = await arrive({ scope: ["one"] });
    assert.equal(learner.state.position, null);
  });

  test("says so where the browser stores nothing", async () => {
    const window = new EventTarget();
    Object.defineProperty(window, "localStorage", {
      get() {
        throw new DOMException("denied", "SecurityError");
      },
    });
    const { learner, tracking, course } = await arrive({ window });
    learner.visit(course.step("one/page"));
    assert.equal(tracking.status.value.problem.code, "no-storage");
    assert.equal(learner.isDone(course.step("one/page")), true);
  });

  test("keeps nothing of what somebody does who only looks", async () => {
    const { learner, tracking, course } = await arrive({ options: { preview: true } });
    learner.visit(course.step("one/page"));
    assert.deepEqual(tracking.status.value, { state: "off" });
    assert.equal(learner.isDone(course.step("one/page")), true);
    assert.equal(storage.values.size, 0);
  });

  test("says so when the browser is full, and when it no longer is", async () => {
    const { learner, tracking, course } = await arrive();
    storage.isFull = true;
    learner.visit(course.step("one/page"));
    assert.equal(tracking.status.value.problem.code, "storage");
    storage.isFull = false;
    learner.visit(course.step("two/page"));
    assert.deepEqual(tracking.status.value, { state: "here" });
  });

  test("counts in a new version of the course, of which questions may have changed", async () => {
    const first = await arrive();
    first.learner.visit(first.course.step("two/page"));
    await finish(first.learner, "quiz-one");
    first.learner.keepDraft("quiz-two", "words", "parti");
    const { learner } = await arrive({ version: "2" });
    const { best, completed, answers } = learner.attempts["quiz-one"];
    assert.deepEqual({ best, completed, answers }, { best: 1, completed: true, answers: {} });
    assert.equal(learner.state.position, "two/page");
    assert.equal(learner.draft("quiz-two", "words"), undefined);
  });

  test("in two windows at once is that of both", async () => {
    const window = newWindow();
    const one = await arrive({ window });
    const other = await arrive();
    other.learner.visit(other.course.step("two/page"));
    await other.learner.answer(activity("quiz-one"), "single", "b");
    window.dispatchEvent(Object.assign(new Event("storage"), { key: "arrimage:sample:local" }));
    await one.learner.answer(activity("quiz-one"), "truth", false);

    const { learner, course } = await arrive();
    assert.deepEqual(Object.keys(learner.attempts["quiz-one"].answers), ["single", "truth"]);
    assert.equal(learner.isDone(course.step("two/page")), true);
  });

  test("is the later attempt where two windows made another one each", async () => {
    const window = newWindow();
    const one = await arrive({ window });
    const other = await arrive();
    await finish(other.learner, "quiz-one");
    await other.learner.restart(activity("quiz-one"));
    window.dispatchEvent(Object.assign(new Event("storage"), { key: "arrimage:sample:local" }));
    await one.learner.answer(activity("quiz-one"), "single", "a");
    assert.equal(one.learner.attempts["quiz-one"].number, 2);
    assert.equal(one.learner.attempts["quiz-one"].best, 1);
  });

  test("is what there is of it, where somebody else wrote into the storage", async () => {
    const { learner } = await arrive();
    await finish(learner, "quiz-one");
    const kept = JSON.parse(storage.getItem("arrimage:sample:local"));
    const broken = { number: 1, answers: { single: { verdict: {} } }, score: null, best: null };
    kept.attempts = { ...kept.attempts, "quiz-two": broken, odd: null, old: { number: "1" } };
    kept.state = 7;
    storage.setItem("arrimage:sample:local", JSON.stringify(kept));
    const again = await arrive();
    assert.deepEqual(Object.keys(again.learner.attempts), ["quiz-one"]);
    assert.equal(again.learner.state.position, null);
  });

  test("begins anew when what was stored is not readable", async () => {
    storage.setItem("arrimage:sample:local", "{not json");
    const { learner } = await arrive();
    assert.equal(learner.state.position, null);
  });
});

test("what another window did is taken up beside one's own", async () => {
  const { learner, tracking, course } = await arrive();
  learner.visit(course.step("one/page"));
  learner.keepDraft("quiz-one", "words", "mine");
  tracking.merged.set({
    position: "two/quiz-two",
    visited: ["two/page"],
    drafts: { "quiz-one/words": "theirs", "quiz-two/words": "theirs" },
  });
  assert.equal(learner.state.position, "one/page");
  assert.equal(learner.isDone(course.step("two/page")), true);
  assert.equal(learner.draft("quiz-one", "words"), "mine");
  assert.equal(learner.draft("quiz-two", "words"), "theirs");
});
