import assert from "node:assert/strict";
import { afterEach, beforeEach, describe, mock, test } from "node:test";
import { Signal } from "../../course_content/player/signal.js";
import { combined } from "../../course_content/player/tracking/save-statuses.js";
import { PackedWork, unpacked } from "../../course_content/player/tracking/scorm/packed-works.js";
import { SuspendData } from "../../course_content/player/tracking/scorm/suspend-data.js";
import { changed } from "../../course_content/player/works.js";
import { openTracking } from "./deliveries.js";
import { bootOf } from "./samples.js";

const LIMIT = 4096;

/** A server that keeps works, with faults on demand. */
class Server {
  constructor() {
    this.works = {};
    this.revision = 0;
    this.requests = [];
    this.faults = [];
    /** Answers wait for this, as on a slow way. */
    this.holding = undefined;
    this.fetch = this.fetch.bind(this);
  }

  async fetch(path, { method, body, keepalive }) {
    const asked = body && JSON.parse(body);
    this.requests.push({ method, path, keepalive, body: asked });
    const fault = this.faults.shift();
    if (fault === "offline") throw new TypeError("Failed to fetch");
    if (fault) return Response.json({ error: {} }, { status: fault });
    const answer = this.#answer(method, path, asked);
    await this.holding;
    return Response.json(answer);
  }

  /** What another window of the same learner, or another member of the group, does. */
  change(path, changes) {
    this.works[path] = changed(this.works[path] ?? {}, changes);
    this.revision += 1;
  }

  #answer(method, path, asked) {
    if (path.endsWith("/group")) return {};
    if (path === "/api/state") return { revision: asked.revision + 1, state: asked.state };
    if (method === "PATCH") this.change(path, asked.changes);
    const isNews = method === "GET" || this.revision !== asked.revision + 1;
    const [place, query = ""] = path.split("?");
    const records = this.works[query === "group=" ? path : place] ?? {};
    return { revision: this.revision, records: isNews ? records : null, share: this.share };
  }
}

function windowWith(parts = {}) {
  const window = new EventTarget();
  window.document = new EventTarget();
  window.document.visibilityState = "visible";
  window.location = { hash: "" };
  window.history = { state: null, replaceState() {} };
  window.parent = window;
  return Object.assign(window, parts);
}

/** A browser's storage that has room for so many characters. */
function storageOf(room = Infinity) {
  const items = {};
  return {
    items,
    getItem: (name) => items[name] ?? null,
    setItem(name, value) {
      if (value.length > room) throw new DOMException("full", "QuotaExceededError");
      items[name] = value;
    },
  };
}

/** So many characters of which deflating makes no less. */
function unpackable(length) {
  let seed = 1;
  const characters = Array.from({ length }, () => {
    seed = (Math.imul(seed, 1664525) + 1013904223) >>> 0;
    return String.fromCharCode(33 + (seed >>> 16) % 90);
  });
  return characters.join("");
}

async function pass(milliseconds) {
  mock.timers.tick(milliseconds);
  for (let i = 0; i < 20; i += 1) await Promise.resolve();
}

beforeEach(() => mock.timers.enable({ apis: ["setTimeout"] }));
afterEach(() => mock.timers.reset());

describe("a work that the server keeps", () => {
  const PATH = "/api/works/map";
  let server;
  let window;

  beforeEach(() => {
    server = new Server();
    window = windowWith({ fetch: server.fetch });
  });

  function launched(rest = {}) {
    return openTracking({ ...bootOf("lti"), session: "s3cret", ...rest }, window);
  }

  test("is loaded once, however often it is opened", async () => {
    server.change(PATH, { a: { type: "actor", label: "Mairie" } });
    const { works } = launched();
    const [one, other] = await Promise.all([works.open("map"), works.open("map")]);
    assert.equal(one, other);
    assert.equal(one.get("a").label, "Mairie");
    assert.equal(server.requests.length, 1);
    assert.equal(works.opened("map"), one);
  });

  test("that could not be loaded is asked for anew", async () => {
    const { works } = launched();
    server.faults = [403];
    await assert.rejects(works.open("map"), { code: "refused" });
    assert.ok(await works.open("map"));
  });

  test("gets changes that follow one another as one", async () => {
    const tracking = launched();
    const piece = await tracking.works.open("map");
    piece.change({ a: { type: "actor", label: "M" } });
    piece.change({ a: { label: "Mairie" } });
    assert.equal(tracking.status.value.state, "saving");
    await pass(500);
    assert.deepEqual(server.works[PATH], { a: { type: "actor", label: "Mairie" } });
    assert.equal(server.requests.filter(({ method }) => method === "PATCH").length, 1);
    assert.equal(tracking.status.value.state, "saved");
  });

  test("loses nothing when the connection fails, nor what was done meanwhile", async () => {
    const tracking = launched();
    const piece = await tracking.works.open("map");
    server.faults = ["offline"];
    piece.change({ a: { label: "Mairie" } });
    await pass(500);
    assert.equal(tracking.status.value.state, "unsaved");
    piece.change({ b: { label: "Collège" } });
    await pass(2000);
    assert.deepEqual(server.works[PATH], { a: { label: "Mairie" }, b: { label: "Collège" } });
    assert.equal(tracking.status.value.state, "saved");
  });

  test("takes what others did, and keeps what is on its way", async () => {
    const { works } = launched();
    const piece = await works.open("map");
    server.change(PATH, { b: { label: "Collège" }, a: { label: "Commune" } });
    piece.change({ a: { label: "Mairie" } });
    await pass(500);
    assert.equal(piece.get("a").label, "Mairie");
    assert.equal(piece.get("b").label, "Collège");
  });

  test("sends what waits when the page goes, in a request that outlives it", async () => {
    const { works } = launched();
    const piece = await works.open("map");
    piece.change({ a: { label: "Mairie" } });
    window.dispatchEvent(new Event("pagehide"));
    assert.deepEqual(server.requests.at(-1).body.changes, { a: { label: "Mairie" } });
    assert.equal(server.requests.at(-1).keepalive, true);
  });

  test("is sent as soon as the connection is back", async () => {
    const { works } = launched();
    const piece = await works.open("map");
    server.faults = ["offline"];
    piece.change({ a: { label: "Mairie" } });
    await pass(500);
    window.dispatchEvent(new Event("online"));
    await pass(0);
    assert.deepEqual(server.works[PATH], { a: { label: "Mairie" } });
  });

  test("of a group is refreshed, and keeps what is on its way", async () => {
    server.share = { id: "11", name: "Groupe A", replaced: [] };
    const { works } = launched();
    const piece = await works.open("map");
    piece.change({ a: { label: "Mairie" } });
    server.change(PATH, { a: { label: "Commune" }, b: { label: "Collège" } });
    await piece.refresh();
    assert.equal(piece.get("a").label, "Mairie");
    assert.equal(piece.get("b").label, "Collège");
    await pass(500);
    assert.equal(server.requests.at(-1).body.group, "11");
    assert.equal(server.works[PATH].a.label, "Mairie");
  });

  test("of a group says what was replaced in it", async () => {
    server.share = { id: "11", name: "Groupe A", replaced: [] };
    const { works } = launched();
    const piece = await works.open("map");
    server.share = { replaced: [{ id: 1 }] };
    server.change(PATH, { a: { label: "Commune" } });
    await piece.refresh();
    assert.deepEqual(piece.share, { id: "11", name: "Groupe A", replaced: [{ id: 1 }] });
  });

  test("is not taken back by an answer that was overtaken", async () => {
    server.share = { id: "11", name: "Groupe A", replaced: [] };
    const { works } = launched();
    const piece = await works.open("map");
    let letGo;
    server.holding = new Promise((resolve) => {
      letGo = resolve;
    });
    const refreshing = piece.refresh();
    server.holding = undefined;
    piece.change({ a: { label: "Mairie" } });
    await pass(500);
    letGo();
    await refreshing;
    assert.equal(piece.get("a").label, "Mairie");
  });

  test("that one made before one had a group is there to be added", async () => {
    server.share = { id: "11", name: "Groupe A", own: true, replaced: [] };
    const { works } = launched();
    const piece = await works.open("map");
    server.works[`${PATH}?group=`] = { a: { label: "Mairie" } };
    assert.deepEqual(await piece.own(), { a: { label: "Mairie" } });
  });

  test("of another group is loaded anew, once what was made is kept", async () => {
    const { works } = launched();
    const piece = await works.open("map");
    piece.change({ a: { label: "Mairie" } });
    await works.choose("map", "12");
    assert.deepEqual(
      server.requests.map(({ method, path }) => `${method} ${path}`),
      [`GET ${PATH}`, `PATCH ${PATH}`, `POST ${PATH}/group`],
    );
    assert.notEqual(await works.open("map"), piece);
  });

  test("of a group that a teacher chose is the one they look at", async () => {
    const { works } = launched({ role: "instructor" });
    await works.open("map");
    await works.choose("map", "1 2");
    await works.open("map");
    assert.equal(server.requests.at(-1).path, `${PATH}?group=1%202`);
  });

  test("is nobody's in a preview, and nothing is kept", async () => {
    const { works } = launched({ role: "instructor" });
    const piece = await works.open("map");
    piece.change({ a: { label: "Mairie" } });
    await pass(500);
    assert.equal(piece.get("a").label, "Mairie");
    assert.deepEqual(server.requests.map(({ method }) => method), ["GET"]);
  });
});

describe("a work that the browser keeps", () => {
  test("is there at the next visit", async () => {
    const localStorage = storageOf();
    const open = () => openTracking(bootOf("local"), windowWith({ localStorage })).works;
    (await open().open("map")).change({ a: { label: "Mairie" } });
    (await open().open("grid")).change({ a: { power: 3 } });
    assert.equal((await open().open("map")).get("a").label, "Mairie");
    assert.equal((await open().open("grid")).get("a").power, 3);
  });

  test("and that another window changes is that of both", async () => {
    const localStorage = storageOf();
    const window = windowWith({ localStorage });
    const open = () => openTracking(bootOf("local"), windowWith({ localStorage })).works;
    const own = await openTracking(bootOf("local"), window).works.open("map");
    (await open().open("map")).change({ a: { label: "Mairie" } });
    const event = Object.assign(new Event("storage"), { key: "arrimage:sample:local:works" });
    window.dispatchEvent(event);
    own.change({ b: { label: "Lycée" } });
    const kept = await open().open("map");
    assert.deepEqual([kept.get("a").label, kept.get("b").label], ["Mairie", "Lycée"]);
  });

  test("that has no room is told of", async () => {
    const window = windowWith({ localStorage: storageOf(20) });
    const tracking = openTracking(bootOf("local"), window);
    (await tracking.works.open("map")).change({ a: { label: "Mairie de la ville" } });
    assert.equal(tracking.status.value.problem.code, "storage");
  });

  test("that was damaged begins anew", async () => {
    const localStorage = storageOf();
    localStorage.setItem("arrimage:sample:local:works", '{"map": {"A": 3}}');
    const tracking = openTracking(bootOf("local"), windowWith({ localStorage }));
    assert.deepEqual((await tracking.works.open("map")).records, {});
  });
});

describe("a work that an LMS keeps", () => {
  class Platform {
    values = { "cmi.core.student_id": "s-1" };

    get API() {
      return {
        LMSInitialize: () => "true",
        LMSGetValue: (name) => this.values[name] ?? "",
        LMSSetValue: (name, value) => {
          this.values[name] = value;
          return "true";
        },
        LMSCommit: () => "true",
        LMSFinish: () => "true",
        LMSGetLastError: () => "0",
        LMSGetErrorString: () => "",
        LMSGetDiagnostic: () => "",
      };
    }
  }

  /** The sample course with two workshops. */
  function bootWithWorkshops(scope = []) {
    const boot = bootOf("scorm12", { options: { start: null, scope, mastery: 60 } });
    boot.course.parts[0].units[1].steps.push(
      { id: "plan", title: "Plan", kind: "workshop", graded: false },
    );
    boot.course.parts[0].units[0].steps.push(
      { id: "map", title: "Carte", kind: "workshop", graded: false },
      { id: "grid", title: "Grille", kind: "workshop", graded: false },
    );
    return boot;
  }

  async function opened(platform, localStorage = null, scope = undefined) {
    const window = windowWith({ API: platform.API, localStorage });
    const tracking = openTracking(bootWithWorkshops(scope), window);
    const work = await tracking.load();
    return { tracking, window, work };
  }

  /** Deflating is the browser's own business, and takes as many turns as it takes. */
  async function untilTold(platform, before) {
    while (platform.values["cmi.suspend_data"] === before) {
      await new Promise((resolve) => {
        setImmediate(resolve);
      });
      mock.timers.tick(2000);
    }
    await pass(0);
  }

  test("comes back with the rest of the work", async () => {
    const platform = new Platform();
    const { tracking } = await opened(platform);
    mock.timers.tick(0);
    const before = platform.values["cmi.suspend_data"];
    (await tracking.works.open("map")).change({ a: { type: "actor", label: "Mairie" } });
    await untilTold(platform, before);
    const again = await opened(platform);
    assert.equal((await again.tracking.works.open("map")).get("a").label, "Mairie");
  });

  test("comes back although half of a character was typed into it", async () => {
    const platform = new Platform();
    const { tracking } = await opened(platform);
    mock.timers.tick(0);
    const before = platform.values["cmi.suspend_data"];
    (await tracking.works.open("map")).change({ a: { type: "actor", label: "Mairie \ud83d" } });
    await untilTold(platform, before);
    const again = await opened(platform);
    assert.equal((await again.tracking.works.open("map")).get("a").label, "Mairie \ufffd");
  });

  test("is whole when the page closes before the browser had time to deflate", async () => {
    const platform = new Platform();
    const { tracking, window } = await opened(platform);
    const piece = await tracking.works.open("map");
    piece.change({ a: { type: "actor", label: "Mairie" } });
    window.dispatchEvent(new Event("pagehide"));
    const again = await opened(platform);
    const same = await again.tracking.works.open("map");
    assert.equal(same.get("a").label, "Mairie");
    same.change({ a: { label: null, note: "Une île, «\u00a0peut-être\u00a0»" } });
    again.window.dispatchEvent(new Event("pagehide"));
    const third = await opened(platform);
    assert.deepEqual((await third.tracking.works.open("map")).records, {
      a: { type: "actor", note: "Une île, «\u00a0peut-être\u00a0»" },
    });
  });

  /** A learner whose grid has no room in the LMS, and whose map has. */
  async function crowded(platform, localStorage) {
    const { tracking, window } = await opened(platform, localStorage);
    mock.timers.tick(0);
    const before = platform.values["cmi.suspend_data"];
    (await tracking.works.open("map")).change({ a: { label: "Mairie" } });
    (await tracking.works.open("grid")).change({ b: { note: unpackable(5900) } });
    await untilTold(platform, before);
    window.dispatchEvent(new Event("pagehide"));
    assert.ok(platform.values["cmi.suspend_data"].length <= LIMIT);
    return tracking;
  }

  test("that has no room stays in the browser, which is told; the others stay in the LMS", async () => {
    const platform = new Platform();
    const localStorage = storageOf();
    const { status } = await crowded(platform, localStorage);
    assert.equal(status.value.problem.code, "no-room.works");
    assert.deepEqual(status.value.problem.works, { titles: ["Grille"], isHere: true });

    const again = await opened(platform, localStorage);
    assert.equal(again.work.notice, undefined);
    const grid = await again.tracking.works.open("grid");
    assert.equal(grid.get("b").note, unpackable(5900));
  });

  test("that has no room is said to be lost where the browser keeps nothing", async () => {
    const { status } = await crowded(new Platform(), null);
    assert.deepEqual(status.value.problem.works, { titles: ["Grille"], isHere: false });
  });

  test("that had no room is missed in another browser, which has the others", async () => {
    const platform = new Platform();
    await crowded(platform, storageOf());
    const { tracking, work } = await opened(platform, storageOf());
    assert.equal(work.notice, "notice.works-elsewhere");
    assert.equal((await tracking.works.open("map")).get("a").label, "Mairie");
    assert.deepEqual((await tracking.works.open("grid")).records, {});
  });

  test("begun anew in another browser swallows nothing of the first", async () => {
    const platform = new Platform();
    const localStorage = storageOf();
    await crowded(platform, localStorage);
    const other = await opened(platform, storageOf());
    (await other.tracking.works.open("grid")).change({ c: { label: "Collège" } });
    other.window.dispatchEvent(new Event("pagehide"));

    const { tracking } = await opened(platform, localStorage);
    const grid = await tracking.works.open("grid");
    assert.equal(grid.get("b").note, unpackable(5900));
    assert.equal(grid.get("c").label, "Collège");
  });

  test("that has no room is not swallowed by another package of the same course", async () => {
    const [one, two] = [new Platform(), new Platform()];
    const localStorage = storageOf();
    await crowded(one, localStorage);
    const other = await opened(two, localStorage, ["two"]);
    (await other.tracking.works.open("plan")).change({ p: { label: "Promesse" } });
    other.window.dispatchEvent(new Event("pagehide"));

    const again = await opened(one, localStorage);
    assert.equal(again.work.notice, undefined);
    assert.equal((await again.tracking.works.open("grid")).get("b").note, unpackable(5900));
  });

  test("is nobody's in a browser where the LMS does not say who is there", async () => {
    const localStorage = storageOf();
    const nameless = () => Object.assign(new Platform(), { values: {} });
    const { status } = await crowded(nameless(), localStorage);
    assert.equal(status.value.problem.works.isHere, false);
    const { tracking } = await opened(nameless(), localStorage);
    assert.deepEqual((await tracking.works.open("grid")).records, {});
  });

  test("is another learner's no more in the same browser", async () => {
    const localStorage = storageOf();
    localStorage.setItem("arrimage:sample:s-2:works", '{"map": {"a": {"label": "Mairie"}}}');
    const { tracking } = await opened(new Platform(), localStorage);
    assert.deepEqual((await tracking.works.open("map")).records, {});
  });
});

describe("packed works", () => {
  const workshops = ["map", "grid"];
  const codec = new SuspendData({ steps: ["one/page"], workshops, activities: [] }, LIMIT);
  const STATE = { position: null, visited: [], made: ["map"], drafts: {} };
  const WORK = { a: { label: "Mairie de Saint-Étienne", urgent: true, power: 3 } };

  test("come back as they were", async () => {
    const work = new PackedWork();
    const packing = work.keep(WORK, WORK);
    assert.deepEqual(await unpacked(work.text), WORK);
    await packing;
    assert.deepEqual(await unpacked(work.text), WORK);
    assert.doesNotMatch(work.text, /~/);
  });

  test("leave before anything else when there is no room, the longest first", () => {
    const works = { map: "x".repeat(LIMIT), grid: "y".repeat(LIMIT - 60) };
    const { text, left, unkept } = codec.encode({ state: STATE, attempts: {} }, works);
    assert.equal(left, "nothing");
    assert.deepEqual(unkept, ["map"]);
    assert.ok(text.length <= LIMIT);
    const back = codec.decode(text);
    assert.deepEqual(back.works, { map: "!", grid: works.grid });
    assert.deepEqual(back.state.made, ["map"]);
  });

  test("that the browser cannot deflate have no room", () => {
    const { text, unkept } = codec.encode({ state: STATE, attempts: {} }, { grid: null });
    assert.deepEqual(unkept, ["grid"]);
    assert.deepEqual(codec.decode(text).works, { grid: "!" });
  });

  for (const text of ["!", "é", "AAAA", "q1bKSS1KVbICAA", "~AAAA", "~e30~"]) {
    test(`that are none are not read: ${text}`, async () => {
      assert.equal(await unpacked(text), null);
    });
  }
});

describe("one status of several", () => {
  test("is that of the one that needs most attention", () => {
    const state = new Signal({ state: "saved" });
    const work = new Signal({ state: "saved" });
    const all = combined(state, work);
    work.set({ state: "saving" });
    assert.equal(all.value.state, "saving");
    state.set({ state: "unsaved", problem: { code: "offline" } });
    assert.equal(all.value.problem.code, "offline");
    work.set({ state: "saved" });
    assert.equal(all.value.state, "unsaved");
    state.set({ state: "saved" });
    assert.equal(all.value.state, "saved");
  });
});
