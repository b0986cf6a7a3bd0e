import assert from "node:assert/strict";
import { afterEach, beforeEach, describe, mock, test } from "node:test";
import { openTracking } from "../../course_content/player/tracking/cmi5.js";
import { together } from "../../course_content/player/tracking/cmi5/kept-work.js";
import { uuidOf } from "../../course_content/player/tracking/cmi5/uuids.js";
import { RIGHT, activity, bootOf } from "./samples.js";

const CMI5 = "https://w3id.org/xapi/cmi5/";
const ENDPOINT = "https://lms.test/xapi";
const ACTOR = { objectType: "Agent", account: { homePage: "https://lms.test", name: "17" } };
const NOTHING_DONE = {
  finished: false,
  seen: false,
  share: 0.25,
  graded: { done: 0, total: 2, score: 0, canRetry: true },
};
const judged = (score, canRetry = true) => ({
  ...NOTHING_DONE,
  graded: { done: 2, total: 2, score, canRetry },
});

// Node has no parser of pages; what there is to read here are single paragraphs.
globalThis.DOMParser ??= class {
  parseFromString(html) {
    return { body: { textContent: html.replace(/<[^>]*>/g, "") } };
  }
};

/** A place for texts, as browsers have it. */
class Store {
  #items = new Map();
  getItem = (name) => this.#items.get(name) ?? null;
  setItem = (name, value) => this.#items.set(name, value);
  removeItem = (name) => this.#items.delete(name);
}

/** An LMS with its record store: what it was told, and by which requests. */
class Platform {
  statements = [];
  documents = new Map();
  requests = [];
  tokens = 0;
  data = {
    contextTemplate: {
      contextActivities: { grouping: [{ id: "urn:publisher" }] },
      extensions: { [`${CMI5}context/extensions/sessionid`]: "s-1" },
    },
    launchMode: "Normal",
    masteryScore: 0.6,
    moveOn: "Passed",
  };
  preferences = {};
  /** What a server between the page and the store makes of a tag. */
  passedOn = (tag) => tag;
  /** Answers a request in the place of the LMS: a status, or an error. */
  trouble = () => null;

  fetch = async (address, options) => {
    const url = new URL(address);
    this.requests.push({ url, ...options });
    const trouble = this.trouble(url, options);
    if (trouble instanceof Error) throw trouble;
    if (trouble) return new Response("{}", { status: trouble });
    if (url.pathname === "/token") return this.#token();
    if (options.headers.Authorization !== "Basic t0ken") return new Response("", { status: 401 });
    const resource = url.pathname.replace("/xapi/", "");
    const answer = { "activities/state": this.#state, "agents/profile": this.#profile }[resource];
    return (answer ?? this.#statement).call(this, url, options);
  };

  #token() {
    this.tokens += 1;
    const again = { "error-code": "1", "error-text": "Already used." };
    return Response.json(this.tokens === 1 ? { "auth-token": "t0ken" } : again);
  }

  #profile() {
    return Response.json(this.preferences);
  }

  #state(url, { method, body, headers }) {
    const name = url.searchParams.get("stateId");
    if (name === "LMS.LaunchData") return Response.json(this.data);
    const kept = this.documents.get(name);
    const tag = kept && `"${kept.length}-${kept.slice(-40).replace(/\W/g, "")}"`;
    if (method === "GET") {
      return kept
        ? new Response(kept, { headers: { ETag: this.passedOn(tag) } })
        : new Response("", { status: 404 });
    }
    const expected = headers["If-Match"];
    const isStale = kept ? expected !== undefined && expected !== tag : expected !== undefined;
    if (isStale || (headers["If-None-Match"] && kept)) return new Response("", { status: 412 });
    this.documents.set(name, body);
    return new Response(null, { status: 204 });
  }

  #statement(url, { method, body }) {
    const sent = [JSON.parse(body)].flat();
    const kept = (id) => this.statements.find((one) => one.id === id);
    const differs = (one) => kept(one.id) && JSON.stringify(kept(one.id)) !== JSON.stringify(one);
    if (sent.some(differs)) return new Response("", { status: 409 });
    assert.ok(method === "POST" || url.searchParams.get("statementId") === sent[0].id);
    this.statements.push(...sent.filter(({ id }) => !kept(id)));
    return method === "POST"
      ? Response.json(sent.map(({ id }) => id))
      : new Response(null, { status: 204 });
  }

  get verbs() {
    return this.statements.map(({ verb }) => verb.id.replace(/.*\//, ""));
  }

  said(verb) {
    const found = this.statements.filter((one) => one.verb.id.endsWith(`/${verb}`));
    assert.equal(found.length, 1, verb);
    return found[0];
  }

  kept(name = "arrimage.work") {
    return JSON.parse(this.documents.get(name));
  }
}

class FakeWindow extends EventTarget {
  document = Object.assign(new EventTarget(), { visibilityState: "visible" });
  location = { search: "" };
}

const PARAMETERS = {
  endpoint: ENDPOINT,
  fetch: "https://lms.test/token?k=1",
  actor: JSON.stringify(ACTOR),
  registration: "760e3480-ba55-4991-94b0-01820dbd23a2",
  activityId: "https://lms.test/au/7",
};

let platform;
let stores;

beforeEach(() => {
  mock.timers.enable({ apis: ["setTimeout", "Date"], now: Date.UTC(2026, 10, 24, 8) });
  platform = new Platform();
  stores = { localStorage: new Store(), sessionStorage: new Store() };
});

afterEach(() => mock.timers.reset());

async function turns() {
  for (let turn = 0; turn < 40; turn += 1) {
    await new Promise((resolve) => {
      setImmediate(resolve);
    });
  }
}

/** Let what was begun come to its end, and as much time pass. */
async function pass(milliseconds = 0) {
  await turns();
  mock.timers.tick(milliseconds);
  await turns();
}

function windowOf(parameters = PARAMETERS) {
  const location = { search: `?${new URLSearchParams(parameters)}` };
  return Object.assign(new FakeWindow(), { location, fetch: platform.fetch, ...stores });
}

async function opened({ options = {}, window = windowOf() } = {}) {
  const boot = bootOf("cmi5");
  const tracking = await openTracking(
    { ...boot, options: { ...boot.options, iri: "urn:course", ...options } },
    window,
  );
  const snapshot = await tracking.load();
  tracking.complete(NOTHING_DONE);
  await pass(1);
  return { tracking, snapshot, window };
}

function leave(window) {
  window.dispatchEvent(new Event("pagehide"));
  return pass(1);
}

/** The same learner comes back: another launch of the same registration. */
function launchedAgain() {
  platform.tokens = 0;
  platform.data.contextTemplate.extensions[`${CMI5}context/extensions/sessionid`] = "s-2";
  stores = { ...stores, sessionStorage: new Store() };
  return opened({ window: windowOf({ ...PARAMETERS, fetch: "https://lms.test/token?k=2" }) });
}

async function answerAll(tracking, name = "quiz-one") {
  for (const [question, response] of Object.entries(RIGHT)) {
    await tracking.marker.answer(activity(name), question, response, 3);
  }
}

describe("a launch", () => {
  test("gets the token once, and sends it with everything", async () => {
    await opened();
    const [token, ...others] = platform.requests;
    assert.equal(token.method, "POST");
    assert.equal(platform.tokens, 1);
    assert.ok(others.every(({ headers }) => headers.Authorization === "Basic t0ken"));
    assert.ok(others.every(({ headers }) => headers["X-Experience-API-Version"] === "1.0.3"));
  });

  for (const [name, value] of [
    ["endpoint", "javascript:alert(1)"],
    ["fetch", "file:///etc/passwd"],
    ["actor", "{"],
    ["actor", "[]"],
    ["registration", ""],
    ["activityId", ""],
  ]) {
    test(`whose ${name} is ${value || "missing"} is none`, async () => {
      const window = windowOf({ ...PARAMETERS, [name]: value });
      const tracking = await openTracking(bootOf("cmi5"), window);
      assert.equal(tracking.status.value.problem.code, "no-lms");
      assert.deepEqual(platform.requests, []);
    });
  }

  test("that the LMS refuses says so, with its reason", async () => {
    platform.tokens = 1;
    const tracking = await openTracking(bootOf("cmi5"), windowOf());
    assert.equal(tracking.status.value.problem.code, "lms-initialize");
    assert.equal(tracking.status.value.problem.detail, "Already used.");
  });

  test("goes nowhere but to addresses of the web when one leaves", async () => {
    platform.data.returnURL = "javascript:alert(1)";
    assert.equal((await opened()).tracking.returnUrl, null);
  });

  test("made up by somebody gets neither token nor work of another endpoint", async () => {
    const { tracking, window } = await opened();
    platform.trouble = () => 401;
    await tracking.marker.answer(activity("quiz-one"), "single", "b");
    await pass(1);
    await leave(window);
    platform.trouble = () => null;
    platform.requests = [];
    const elsewhere = windowOf({ ...PARAMETERS, endpoint: "https://elsewhere.test/xapi" });
    const made = await openTracking(bootOf("cmi5"), elsewhere);
    await made.load();
    await pass(1);
    assert.equal(made.status.value.problem.code, "lms-initialize");
    assert.deepEqual(
      platform.requests.map(({ url }) => url.pathname),
      ["/token"],
    );
  });

  test("obeys those who want no sound, once for each recording", async () => {
    platform.preferences = { audioPreference: "off", languagePreference: "de,fr" };
    const { window } = await opened();
    const recording = Object.assign(new EventTarget(), { muted: false });
    const play = () => {
      const event = new Event("play");
      Object.defineProperty(event, "target", { value: recording });
      window.document.dispatchEvent(event);
    };
    play();
    assert.equal(recording.muted, true);
    recording.muted = false;
    play();
    assert.equal(recording.muted, false);
  });

  test("works where preferences are kept from it", async () => {
    platform.trouble = ({ pathname }) => (pathname.endsWith("profile") ? 403 : null);
    const { tracking } = await opened();
    assert.equal(tracking.status.value.problem, undefined);
  });
});

describe("statements", () => {
  test("begin, complete, pass and end, each once and with all that cmi5 wants", async () => {
    const { tracking, window } = await opened();
    mock.timers.tick(60_000);
    tracking.complete({ ...judged(0.8), finished: true, seen: true, share: 1 });
    tracking.complete({ ...judged(0.8), finished: true, seen: true, share: 1 });
    await pass(1);
    await leave(window);
    await leave(window);
    assert.deepEqual(platform.verbs, ["initialized", "completed", "passed", "terminated"]);
    const passed = platform.said("passed");
    assert.deepEqual(passed.actor, ACTOR);
    assert.deepEqual(passed.object, { objectType: "Activity", id: PARAMETERS.activityId });
    assert.deepEqual(passed.result.score, { scaled: 0.8, raw: 80, min: 0, max: 100 });
    assert.equal(passed.result.duration, "PT0H1M0S");
    assert.equal(passed.context.registration, PARAMETERS.registration);
    assert.deepEqual(
      passed.context.contextActivities.category.map(({ id }) => id),
      [`${CMI5}context/categories/cmi5`, `${CMI5}context/categories/moveon`],
    );
    assert.deepEqual(passed.context.contextActivities.grouping, [{ id: "urn:publisher" }]);
    assert.equal(passed.context.extensions[`${CMI5}context/extensions/masteryscore`], 0.6);
    assert.equal(passed.context.extensions[`${CMI5}context/extensions/sessionid`], "s-1");
    assert.deepEqual(platform.said("completed").result, {
      completion: true,
      duration: "PT0H1M0S",
    });
    assert.equal(platform.said("terminated").result.extensions, undefined);
  });

  test("tell of answers, between the beginning and the end", async () => {
    const { tracking, window } = await opened();
    await answerAll(tracking);
    await leave(window);
    assert.deepEqual(platform.verbs, [
      "initialized",
      ...Object.keys(RIGHT).map(() => "answered"),
      "terminated",
    ]);
    const told = platform.statements.slice(1, -1).map(({ object, result }) => [
      object.definition.interactionType,
      object.definition.correctResponsesPattern[0],
      result.response,
    ]);
    assert.deepEqual(told, [
      ["choice", "b", "b"],
      ["choice", "a[,]c", "a[,]c"],
      ["true-false", "false", "false"],
      ["sequencing", "i4[,]i7[,]i9", "i4[,]i7[,]i9"],
      ["matching", "l1[.]r2[,]l2[.]r3", "l1[.]r2[,]l2[.]r3"],
      ["numeric", "2.5[:]2.5", "2.5"],
      ["fill-in", "{case_matters=false}partie prenante", "Partie prenante"],
    ]);
    const [, { object, context }] = platform.statements;
    assert.equal(object.id, "urn:course#quiz-one/single");
    assert.equal(context.contextActivities.category, undefined);
    assert.equal(platform.said("terminated").result.extensions[`${CMI5}result/extensions/progress`], 25);
  });

  test("say that somebody failed at the end, since one may still pass before", async () => {
    const { tracking, window } = await opened();
    await answerAll(tracking);
    tracking.complete(judged(0.5));
    await pass(1);
    assert.ok(!platform.verbs.includes("failed"));
    await leave(window);
    assert.deepEqual(platform.verbs.slice(-2), ["failed", "terminated"]);
    assert.equal(platform.said("failed").result.score.scaled, 0.5);
  });

  test("say so at once when no attempt is left", async () => {
    const { tracking, window } = await opened();
    await answerAll(tracking);
    tracking.complete(judged(0.5, false));
    await pass(1);
    assert.equal(platform.verbs.filter((verb) => verb === "failed").length, 1);
    tracking.complete(judged(0.9, false));
    await leave(window);
    assert.ok(!platform.verbs.includes("passed"), "passed and failed in one session");
  });

  test("judge by the mastery score of the LMS", async () => {
    platform.data.masteryScore = 0.55;
    const { tracking } = await opened();
    tracking.complete(judged(0.55));
    await pass(1);
    assert.equal(platform.said("passed").result.score.scaled, 0.55);
  });

  for (const [statuses, score, verbs] of [
    ["passed-incomplete", 0.5, []],
    ["completed-failed", 0.9, ["completed"]],
    ["completed-failed", 0.5, ["completed", "failed"]],
    ["completed-incomplete", 0.5, []],
  ]) {
    test(`say of ${score} what ${statuses} means`, async () => {
      const { tracking, window } = await opened({ options: { statuses } });
      await tracking.marker.answer(activity("quiz-one"), "truth", true);
      tracking.complete(judged(score));
      await leave(window);
      const said = platform.verbs.filter((verb) => verb !== "answered");
      assert.deepEqual(said, ["initialized", ...verbs, "terminated"]);
    });
  }

  for (const launchMode of ["Browse", "Review"]) {
    test(`only begin and end in the mode ${launchMode}, which keeps nothing`, async () => {
      platform.data.launchMode = launchMode;
      const { tracking, window } = await opened();
      await answerAll(tracking);
      tracking.complete({ ...judged(1), finished: true, seen: true });
      tracking.save({ position: "one/page", visited: ["one/page"], made: [], drafts: {} });
      await pass(5000);
      await leave(window);
      assert.deepEqual(platform.verbs, ["initialized", "terminated"]);
      assert.equal(platform.documents.size, 0);
      assert.equal(tracking.status.value.state, "off");
      assert.equal(tracking.status.value.problem.code, "review");
    });
  }
});

describe("a learner who comes back", () => {
  test("finds the place, the answers and the score, and passes once for all", async () => {
    const first = await opened();
    await answerAll(first.tracking);
    first.tracking.save({ position: "two/page", visited: ["two/page"], made: ["w"], drafts: {} });
    first.tracking.complete({ ...judged(0.9), finished: true });
    await pass(1);
    await leave(first.window);
    const { snapshot, tracking, window } = await launchedAgain();
    assert.equal(snapshot.state.position, "two/page");
    assert.equal(snapshot.attempts["quiz-one"].best, 1);
    assert.equal(snapshot.attempts["quiz-one"].answers.number.verdict.score, 1);
    tracking.complete({ ...judged(0.2), finished: true });
    await leave(window);
    const after = platform.verbs.slice(platform.verbs.lastIndexOf("initialized"));
    assert.deepEqual(after, ["initialized", "terminated"]);
  });

  test("is told of a course that changed meanwhile", async () => {
    const attempt = { number: 1, answers: { single: "gone" }, score: null, best: null };
    platform.documents.set("arrimage.work", JSON.stringify({ attempts: { "quiz-one": attempt } }));
    const { snapshot } = await opened();
    assert.equal(snapshot.notice, "notice.changed-course");
    assert.deepEqual(snapshot.attempts, {});
  });

  for (const kept of ["[]", "{}", '{"state":3,"attempts":[1],"told":{}}', '"x"']) {
    test(`is not kept out by a damaged document: ${kept}`, async () => {
      platform.documents.set("arrimage.work", kept);
      const { tracking } = await opened();
      assert.equal(tracking.status.value.problem, undefined);
    });
  }

  test("has told what never arrived, and under its old number what did", async () => {
    const { tracking, window } = await opened();
    await pass(1);
    platform.trouble = () => new TypeError("no network");
    await tracking.marker.answer(activity("quiz-one"), "single", "b");
    tracking.complete({ ...judged(0.9), finished: true });
    await pass(1);
    await leave(window);
    assert.deepEqual(platform.verbs, ["initialized"]);
    platform.trouble = () => null;
    const back = await launchedAgain();
    assert.equal(back.snapshot.attempts["quiz-one"].answers.single.response, "b");
    back.tracking.complete({ ...judged(0.9), finished: true });
    await pass(1);
    assert.deepEqual(platform.verbs.slice(1), ["initialized", "answered", "completed", "passed"]);
    const once = `${PARAMETERS.registration} ${PARAMETERS.activityId} passed`;
    assert.equal(platform.said("passed").id, uuidOf(once));
  });

  test("does not pass twice although the LMS forgot our document", async () => {
    const { tracking, window } = await opened();
    tracking.complete({ ...judged(0.9), finished: true });
    await pass(1);
    await leave(window);
    platform.documents.clear();
    mock.timers.tick(1000);
    const back = await launchedAgain();
    back.tracking.complete({ ...judged(0.95), finished: true });
    await pass(1);
    await leave(back.window);
    platform.said("passed");
    platform.said("completed");
    assert.equal(platform.verbs.at(-1), "terminated");
  });
});

describe("a window that is reloaded", () => {
  test("by the keyboard goes on in its session", async () => {
    const { tracking, window } = await opened();
    await answerAll(tracking);
    window.dispatchEvent(Object.assign(new Event("keydown"), { key: "F5" }));
    await leave(window);
    const again = await opened();
    assert.equal(platform.tokens, 1);
    again.tracking.complete(judged(0.9));
    await leave(again.window);
    assert.equal(platform.verbs.filter((verb) => verb === "initialized").length, 1);
    assert.equal(platform.verbs.filter((verb) => verb === "answered").length, 7);
    assert.deepEqual(platform.verbs.slice(-2), ["passed", "terminated"]);
  });

  test("by a button keeps the work, says that the session is over, and tells nothing more", async () => {
    const { window } = await opened();
    await leave(window);
    const { tracking } = await opened();
    await tracking.marker.answer(activity("quiz-one"), "single", "b");
    tracking.complete({ ...judged(0.9), finished: true });
    await pass(1);
    assert.equal(platform.tokens, 1);
    assert.equal(platform.verbs.at(-1), "terminated");
    assert.equal(tracking.status.value.problem.code, "session-over");
    assert.equal(platform.kept().attempts["quiz-one"].answers.single, "b");
  });
});

describe("an LMS that does not keep what it is sent", () => {
  test("is asked again, and the learner sees it meanwhile", async () => {
    const { tracking } = await opened();
    platform.trouble = () => 503;
    await tracking.marker.answer(activity("quiz-one"), "single", "b");
    await pass(1);
    assert.deepEqual(
      [tracking.status.value.state, tracking.status.value.problem.code],
      ["unsaved", "lms-save"],
    );
    platform.trouble = () => null;
    await pass(1000);
    assert.equal(tracking.status.value.state, "saved");
    assert.equal(platform.said("answered").result.response, "b");
  });

  test("because the session ran out loses nothing: the browser keeps it", async () => {
    const { tracking, window } = await opened();
    platform.trouble = () => 401;
    await tracking.marker.answer(activity("quiz-one"), "single", "b");
    await pass(1);
    assert.equal(tracking.status.value.problem.code, "lms-expired");
    await leave(window);
    platform.trouble = () => null;
    const { snapshot } = await launchedAgain();
    assert.equal(snapshot.attempts["quiz-one"].answers.single.response, "b");
    assert.equal(platform.said("answered").result.response, "b");
  });

  test("and refuses one statement gets all the others", async () => {
    const { tracking, window } = await opened();
    platform.trouble = (url, { body }) => (body?.includes("cmi.interaction") ? 400 : null);
    await tracking.marker.answer(activity("quiz-one"), "single", "b");
    await pass(1);
    assert.equal(tracking.status.value.state, "saved");
    assert.equal(tracking.status.value.problem.reference, "xAPI 400");
    await leave(window);
    assert.deepEqual(platform.verbs, ["initialized", "terminated"]);
  });
});

describe("a store behind a server that deflates, and names what it sends otherwise", () => {
  for (const [server, passedOn] of [
    ["nginx", (tag) => `W/${tag}`],
    ["Apache", (tag) => tag.replace(/"$/, '-gzip"')],
    ["another one", () => '"its own"'],
  ]) {
    test(`${server}: keeps the work all the same`, async () => {
      platform.passedOn = passedOn;
      const first = await opened();
      await leave(first.window);
      const { tracking } = await launchedAgain();
      await tracking.marker.answer(activity("quiz-one"), "single", "b");
      await pass(1);
      assert.equal(tracking.status.value.state, "saved");
      assert.equal(platform.kept().attempts["quiz-one"].answers.single, "b");
    });
  }
});

describe("two windows of one learner", () => {
  test("give up nothing that either of them has", async () => {
    const one = await opened();
    const state = (path) => ({ position: path, visited: [path], made: [], drafts: {} });
    one.tracking.save(state("one/page"));
    await pass(1);
    const other = await launchedAgain();
    other.tracking.save({ ...state("two/page"), visited: ["one/page", "two/page"] });
    await pass(1);
    let merged = null;
    one.tracking.merged.subscribe((value) => {
      merged = value;
    });
    await one.tracking.marker.answer(activity("quiz-one"), "truth", false);
    await pass(1);
    assert.deepEqual(merged.visited, ["one/page", "two/page"]);
    assert.deepEqual(platform.kept().state.visited, ["one/page", "two/page"]);
    assert.equal(platform.kept().attempts["quiz-one"].answers.truth, false);
  });

  test("that share a quiz keep the answers of both, and it is completed by them", async () => {
    const one = await opened();
    const other = await launchedAgain();
    const ids = Object.keys(RIGHT);
    for (const id of ids.slice(0, 3)) {
      await one.tracking.marker.answer(activity("quiz-one"), id, RIGHT[id]);
    }
    await pass(1);
    for (const id of ids.slice(3)) {
      await other.tracking.marker.answer(activity("quiz-one"), id, RIGHT[id]);
    }
    await pass(1);
    assert.deepEqual(platform.kept().attempts["quiz-one"].answers, RIGHT);
    const { snapshot } = await launchedAgain();
    const { completed, score, best } = snapshot.attempts["quiz-one"];
    assert.deepEqual({ completed, score, best }, { completed: true, score: 1, best: 1 });
  });

  test("keep the attempt that came further, and the better score", () => {
    const attempt = (number, best, answers = {}) => ({ number, best, answers });
    const document = (quiz) => ({
      state: { position: null, visited: [], made: [], drafts: {} },
      attempts: { quiz },
      told: [],
      seconds: 5,
    });
    const ours = document(attempt(1, 0.9, { a: 1, b: 2 }));
    const both = together(ours, { ...document(attempt(2, 0.4)), told: ["passed"], seconds: 9 });
    assert.deepEqual(both.attempts.quiz, { number: 2, best: 0.9, answers: {} });
    assert.deepEqual([both.told, both.seconds], [["passed"], 9]);
    const further = document(attempt(1, 1, { a: 2, b: 2 }));
    const whole = together(document(attempt(1, null, { a: 1 })), further);
    assert.deepEqual(whole.attempts.quiz, { number: 1, best: 1, answers: { a: 2, b: 2 } });
  });
});

describe("the works of workshops", () => {
  const write = { r1: { type: "actor", label: "Mairie" } };

  test("are documents of their own", async () => {
    const { tracking } = await opened();
    const piece = await tracking.works.open("atelier");
    piece.change(write);
    await pass(2000);
    assert.deepEqual(platform.kept("arrimage.work.atelier").records, write);
    assert.equal(tracking.status.value.state, "saved");
  });

  test("that did not arrive are in the browser", async () => {
    const { tracking, window } = await opened();
    const piece = await tracking.works.open("atelier");
    platform.trouble = () => new TypeError("no network");
    piece.change(write);
    await pass(2000);
    assert.equal(tracking.status.value.problem.code, "offline");
    await leave(window);
    platform.trouble = () => null;
    const back = await launchedAgain();
    const again = await back.tracking.works.open("atelier");
    assert.deepEqual(again.records, write);
    await pass(2000);
    assert.deepEqual(platform.kept("arrimage.work.atelier").records, write);
  });

  test("of two windows are put together", async () => {
    const one = await opened();
    const piece = await one.tracking.works.open("atelier");
    platform.documents.set(
      "arrimage.work.atelier",
      JSON.stringify({ records: { r2: { type: "actor", label: "École" } } }),
    );
    piece.change(write);
    await pass(2000);
    assert.deepEqual(Object.keys(piece.records).sort(), ["r1", "r2"]);
    assert.deepEqual(platform.kept("arrimage.work.atelier").records, piece.records);
  });

  test("cannot be changed in review", async () => {
    platform.data.launchMode = "Review";
    const { tracking, window } = await opened();
    (await tracking.works.open("atelier")).change(write);
    await pass(5000);
    await leave(window);
    assert.equal(platform.documents.size, 0);
  });
});
