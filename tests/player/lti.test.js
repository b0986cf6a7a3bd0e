import assert from "node:assert/strict";
import { afterEach, beforeEach, describe, mock, test } from "node:test";
import { verdict } from "../../course_content/player/scoring.js";
import { AttemptBook } from "../../course_content/player/tracking/attempts.js";
import { fetchBoot } from "../../course_content/player/tracking/lti.js";
import { openTracking } from "./deliveries.js";
import { RIGHT, activity, bootOf, keys } from "./samples.js";

/** The tool's HTTP interface as the player sees it, with faults on demand. */
class Tool {
  constructor() {
    this.requests = [];
    this.revision = 4;
    this.book = new AttemptBook();
    this.grade = { state: "pending", score: 1, error: null };
    /** By how many milliseconds the device's clock is behind that of the tool. */
    this.ahead = 0;
    this.terms = { zone: "Europe/Paris", minute: 60, grace: 900, whole: null, steps: {} };
    /** What the next requests meet instead of an answer: a status, or "offline". */
    this.faults = [];
    this.fetch = this.fetch.bind(this);
  }

  async fetch(path, options) {
    const body = options.body && JSON.parse(options.body);
    this.requests.push({ ...options, path, body });
    const fault = this.faults.shift();
    if (fault === "offline") throw new TypeError("Failed to fetch");
    if (fault === 502) return new Response("<h1>Bad gateway</h1>", { status: 502 });
    if (fault) {
      const error = { code: "x", message: "Message", remedy: "Remedy", reference: "R-1" };
      return Response.json({ error }, { status: fault });
    }
    return Response.json(this.#answer(path, body));
  }

  #answer(path, body) {
    if (path === "/api/state") {
      this.revision += 1;
      const state = { ...body.state, visited: [...body.state.visited, "two/page"] };
      return { revision: this.revision, state };
    }
    if (path === "/api/grade") return this.grade;
    if (path === "/api/terms") {
      return { now: new Date(Date.now() + this.ahead).toISOString(), ...this.terms };
    }
    if (path.startsWith("/api/units/")) return bootOf("lti").units[path.split("/").pop()];
    if (path.startsWith("/api/boot")) return bootOf("lti", { snapshot: null });
    const id = path.split("/")[3];
    if (path.endsWith("/attempts")) return { attempt: this.book.restart(activity(id)) };
    const marked = verdict(keys()[body.question], body.response);
    const attempt = this.book.record(activity(id), body.question, body.response, marked);
    return { verdict: marked, attempt, grade: this.grade };
  }

  to(path) {
    return this.requests.filter((request) => request.path === path);
  }
}

/** A window that a platform launched, with the history that a browser gives it. */
function windowOf(tool, { state = null, hash = "" } = {}) {
  const window = new EventTarget();
  window.document = new EventTarget();
  window.document.visibilityState = "visible";
  window.location = { hash };
  window.fetch = tool.fetch;
  window.history = {
    state,
    entries: [],
    replaceState(newState, title, address) {
      this.state = newState;
      this.entries.push(address);
    },
  };
  return window;
}

async function pass(milliseconds) {
  mock.timers.tick(milliseconds);
  for (let i = 0; i < 20; i += 1) await Promise.resolve();
}

const VISITED = { position: "one/page", visited: ["one/page"], drafts: {} };

let tool;
let window;

beforeEach(() => {
  mock.timers.enable({ apis: ["setTimeout", "Date"] });
  tool = new Tool();
  window = windowOf(tool);
});

afterEach(() => mock.timers.reset());

/** A window that the platform launched into the first unit. */
function launched(rest = {}) {
  const { course, language, role, options, units } = bootOf("lti");
  return openTracking(
    {
      delivery: "lti",
      course,
      language,
      role,
      options,
      session: "s3cret",
      snapshot: { state: null, revision: 4, attempts: {} },
      units: { one: units.one },
      ...rest,
    },
    window,
  );
}

describe("the session travels with the window", () => {
  test("the token goes to the history entry and leaves the address", () => {
    window.location.hash = "#/one/page";
    const tracking = launched();
    assert.deepEqual(window.history.state, { session: "s3cret" });
    assert.deepEqual(window.history.entries, ["/learn?language=fr#/one/page"]);
    assert.deepEqual(tracking.windowState, { session: "s3cret" });
  });

  test("every request shows it, and sends no cookie", async () => {
    const tracking = launched();
    await tracking.unit("two");
    const [request] = tool.requests;
    assert.equal(request.headers.Authorization, "Bearer s3cret");
    assert.equal(request.credentials, "omit");
  });

  test("a reloaded window asks for what it plays", async () => {
    window = windowOf(tool, { state: { session: "s3cret" }, hash: "#/two/page" });
    const boot = await fetchBoot(window);
    assert.equal(boot.session, "s3cret");
    assert.equal(tool.requests[0].path, "/api/boot?unit=two");
  });

  test("a window that was never launched is told to go by the course", async () => {
    await assert.rejects(fetchBoot(window), { code: "no-session" });
    assert.equal(tool.requests.length, 0);
  });

  test("a session that is over is told as such", async () => {
    window = windowOf(tool, { state: { session: "old" } });
    tool.faults = [401];
    await assert.rejects(fetchBoot(window), { code: "expired" });
  });
});

describe("the state is kept", () => {
  test("the latest of what comes in quick succession, with the revision", async () => {
    const tracking = launched();
    tracking.save(VISITED);
    tracking.save({ ...VISITED, drafts: { "quiz-one/words": "p" } });
    assert.equal(tracking.status.value.state, "saving");
    await pass(400);
    assert.deepEqual(
      tool.to("/api/state").map(({ body }) => body),
      [{ revision: 4, state: { ...VISITED, drafts: { "quiz-one/words": "p" } } }],
    );
    assert.equal(tracking.status.value.state, "saved");
    tracking.save(VISITED);
    await pass(400);
    assert.equal(tool.to("/api/state")[1].body.revision, 5);
  });

  test("what another window saved in between is taken up", async () => {
    const tracking = launched();
    tool.revision = 9;
    tracking.save(VISITED);
    await pass(400);
    assert.deepEqual(tracking.merged.value.visited, ["one/page", "two/page"]);
  });

  test("nothing is taken up when nobody else saved", async () => {
    const tracking = launched();
    tracking.save(VISITED);
    await pass(400);
    assert.equal(tracking.merged.value, null);
  });

  test("a lost connection is shown, and the latest state is sent when it is back", async () => {
    const tracking = launched();
    tool.faults = ["offline", "offline"];
    tracking.save(VISITED);
    await pass(400);
    assert.equal(tracking.status.value.state, "unsaved");
    assert.equal(tracking.status.value.problem.code, "offline");
    tracking.save({ ...VISITED, position: "one/quiz-one" });
    await pass(1000);
    assert.equal(tracking.status.value.state, "unsaved");
    window.dispatchEvent(new Event("online"));
    await pass(0);
    assert.equal(tracking.status.value.state, "saved");
    assert.equal(tool.to("/api/state").at(-1).body.state.position, "one/quiz-one");
  });

  test("a server in trouble is asked again, later and later", async () => {
    const tracking = launched();
    tool.faults = [503, 502, 500];
    tracking.save(VISITED);
    await pass(400);
    assert.equal(tracking.status.value.problem.code, "server");
    await pass(1000);
    assert.equal(tool.to("/api/state").length, 2);
    await pass(1000);
    assert.equal(tool.to("/api/state").length, 2);
    await pass(1000);
    assert.equal(tool.to("/api/state").length, 3);
    await pass(5000);
    assert.equal(tracking.status.value.state, "saved");
  });

  test("after the end of the session nothing more is sent, and the learner knows", async () => {
    const tracking = launched();
    tool.faults = [401];
    tracking.save(VISITED);
    await pass(400);
    tracking.save({ ...VISITED, position: "one/quiz-one" });
    await pass(120000);
    assert.equal(tool.requests.length, 1);
    assert.equal(tracking.status.value.state, "unsaved");
    assert.equal(tracking.status.value.problem.code, "expired");
  });

  test("a refusal is told in the server's words, with its reference", async () => {
    const tracking = launched();
    tool.faults = [413];
    tracking.save(VISITED);
    await pass(60000);
    assert.equal(tool.requests.length, 1);
    const { code, detail, remedy, reference } = tracking.status.value.problem;
    assert.deepEqual([code, detail, remedy, reference], ["refused", "Message", "Remedy", "R-1"]);
  });

  test("when the page goes, what waits goes with a request that outlives it", async () => {
    const tracking = launched();
    tracking.save(VISITED);
    window.dispatchEvent(new Event("pagehide"));
    const [request] = tool.to("/api/state");
    assert.equal(request.keepalive, true);
    assert.deepEqual(request.body.state, VISITED);
  });

  test("when everything is kept, nothing is sent at the end", async () => {
    const tracking = launched();
    tracking.save(VISITED);
    await pass(400);
    window.dispatchEvent(new Event("pagehide"));
    assert.equal(tool.requests.length, 1);
  });
});

describe("the server marks", () => {
  test("an answer brings its verdict, its attempt and what became of the grade", async () => {
    const tracking = launched();
    const { verdict: marked, attempt } = await tracking.marker.answer(
      activity("quiz-one"),
      "single",
      "b",
    );
    assert.equal(marked.correct, true);
    assert.deepEqual(attempt.answers.single.response, "b");
    assert.deepEqual(tool.requests[0].body, { attempt: 1, question: "single", response: "b" });
    assert.equal(tracking.grade.value, null);
  });

  test("an answer that met a fault is sent again as it was", async () => {
    const tracking = launched();
    tool.faults = ["offline", 503];
    const answered = tracking.marker.answer(activity("quiz-one"), "single", "b");
    await pass(0);
    await pass(500);
    await pass(1500);
    assert.equal((await answered).verdict.correct, true);
    assert.equal(tool.requests.length, 3);
  });

  test("an answer that never gets through is a failure that may pass", async () => {
    const tracking = launched();
    tool.faults = ["offline", "offline", "offline", "offline"];
    const answered = tracking.marker.answer(activity("quiz-one"), "single", "b");
    const rejected = assert.rejects(answered, { code: "offline", retryable: true });
    for (const delay of [0, 500, 1500, 4000]) await pass(delay);
    await rejected;
  });

  test("a second attempt is numbered as the server numbers it", async () => {
    const tracking = launched();
    for (const [question, response] of Object.entries(RIGHT)) {
      await tracking.marker.answer(activity("quiz-one"), question, response);
    }
    const attempt = await tracking.marker.restart(activity("quiz-one"));
    assert.equal(attempt.number, 2);
    await tracking.marker.answer(activity("quiz-one"), "single", "a");
    assert.equal(tool.requests.at(-1).body.attempt, 2);
  });

  test("an attempt of an earlier visit goes on under its number", async () => {
    const attempts = { "quiz-one": { number: 3, answers: {}, completed: false } };
    const tracking = launched({ snapshot: { state: null, revision: 0, attempts } });
    await tracking.marker.answer(activity("quiz-one"), "single", "a");
    assert.equal(tool.requests[0].body.attempt, 3);
  });
});

describe("the grade on its way", () => {
  async function finish(tracking) {
    for (const [question, response] of Object.entries(RIGHT)) {
      await tracking.marker.answer(activity("quiz-one"), question, response);
    }
  }

  test("is followed until it has arrived", async () => {
    const tracking = launched();
    await finish(tracking);
    assert.equal(tracking.grade.value.state, "pending");
    await pass(2000);
    assert.equal(tracking.grade.value.state, "pending");
    tool.grade = { state: "sent", score: 1, error: null };
    await pass(4000);
    assert.equal(tracking.grade.value.state, "sent");
    await pass(600000);
    assert.equal(tool.to("/api/grade").length, 2);
  });

  test("is followed no more once somebody else's grade is in its place", async () => {
    const tracking = launched();
    await finish(tracking);
    tool.grade = { state: "held", score: 1, error: null };
    await pass(2000);
    assert.equal(tracking.grade.value.state, "held");
    await pass(600000);
    assert.equal(tool.to("/api/grade").length, 1);
  });

  test("is followed through a fault", async () => {
    const tracking = launched();
    await finish(tracking);
    tool.faults = ["offline"];
    await pass(2000);
    tool.grade = { state: "refused", score: 1, error: "Unknown user" };
    await pass(4000);
    assert.equal(tracking.grade.value.error, "Unknown user");
  });

  test("is asked for when one comes back to finished work", async () => {
    const tracking = launched();
    tool.grade = { state: "sent", score: 0.8, error: null };
    tracking.complete({ finished: false, graded: { done: 1, total: 2 } });
    await pass(0);
    assert.equal(tracking.grade.value.score, 0.8);
  });

  test("is not asked for when nothing was done", async () => {
    launched().complete({ finished: false, graded: { done: 0, total: 2 } });
    await pass(600000);
    assert.equal(tool.requests.length, 0);
  });
});

describe("a preview", () => {
  test("has answers marked by the server and records nothing", async () => {
    const tracking = launched({ role: "instructor" });
    tracking.save(VISITED);
    const { attempt } = await tracking.marker.answer(activity("quiz-one"), "single", "b");
    tracking.complete({ finished: false, graded: { done: 1, total: 2 } });
    await pass(60000);
    window.dispatchEvent(new Event("pagehide"));
    assert.equal(attempt.answers.single.verdict.correct, true);
    assert.equal(tracking.status.value.state, "off");
    assert.deepEqual(
      tool.requests.map(({ path }) => path),
      ["/api/activities/quiz-one/answers"],
    );
  });
});

test("what an instructor chose for graded quizzes holds in each unit", async () => {
  const tracking = launched({ options: { scope: [], counting: "last", passMark: 70 } });
  for (const id of ["one", "two"]) {
    const { steps } = await tracking.unit(id);
    const { graded, counting, passMark } = steps[`quiz-${id}`].activity;
    assert.deepEqual({ graded, counting, passMark }, { graded: true, counting: "last", passMark: 70 });
  }
});

test("without a choice, a quiz is as the course has it", async () => {
  const { steps } = await launched().unit("one");
  assert.equal(steps["quiz-one"].activity.passMark, activity("quiz-one").passMark);
  assert.ok(!("counting" in steps["quiz-one"].activity));
});

test("a unit is fetched once", async () => {
  const tracking = launched();
  assert.equal((await tracking.unit("one")).id, "one");
  assert.equal((await tracking.unit("two")).id, "two");
  await tracking.unit("two");
  assert.equal(tool.to("/api/units/two").length, 1);
  assert.equal(tool.to("/api/units/one").length, 0);
});

describe("until when work is awaited", () => {
  const HOUR_MS = 3_600_000;
  const CLOSED = { due: null, closes: "2031-05-12T21:59:00+00:00", extended: false, extra: 0 };

  test("is asked for with each step, and told when it changed", async () => {
    const tracking = launched();
    const told = [];
    tracking.terms.subscribe((terms) => told.push(terms?.steps));
    await tracking.unit("one");
    await pass(0);
    await tracking.unit("one");
    await pass(0);
    tool.terms = { ...tool.terms, steps: { "quiz-one": CLOSED } };
    await tracking.unit("two");
    await pass(0);
    assert.equal(tool.to("/api/terms").length, 3);
    assert.deepEqual(told, [undefined, {}, { "quiz-one": CLOSED }]);
  });

  test("goes by the tool's clock, also when that of the device is set meanwhile", async () => {
    const tracking = launched();
    await tracking.unit("one");
    await pass(0);
    assert.ok(Math.abs(tracking.terms.value.offset) < HOUR_MS / 2);
    tool.ahead = HOUR_MS;
    await tracking.unit("two");
    await pass(0);
    assert.ok(Math.abs(tracking.terms.value.offset - HOUR_MS) < HOUR_MS / 2);
  });

  test("is asked for as soon as the window is looked at again", async () => {
    const tracking = launched();
    tool.terms = { ...tool.terms, whole: CLOSED };
    window.document.dispatchEvent(new Event("visibilitychange"));
    await pass(0);
    assert.deepEqual(tracking.terms.value.whole, CLOSED);
  });

  test("keeps nobody from a step while it cannot be asked for", async () => {
    const tracking = launched();
    tool.faults = ["offline"];
    assert.equal((await tracking.unit("one")).id, "one");
    await pass(0);
    assert.equal(tracking.terms.value, null);
    await tracking.unit("one");
    await pass(0);
    assert.notEqual(tracking.terms.value, null);
  });
});
