/**
 * Tracking by our own tool, which a platform launched by LTI.
 *
 * The session's token lives in the window's history entries and nowhere else: no cookie, which an
 * iframe would lose, and no address, which would leave traces. The server marks the answers.
 */
import { Signal } from "../signal.js";
import { Workpiece } from "../works.js";
import { AttemptBook } from "./attempts.js";
import { Failure } from "./failure.js";
import { ServedHandIns } from "./hand-ins.js";
import { LtiApi } from "./lti-api.js";
import { SaveQueue } from "./save-queue.js";
import { combined } from "./save-statuses.js";
import { ServedWork, WorkShelf, workPath } from "./works.js";

const GRADE_DELAYS_MS = [2000, 4000, 8000, 15000, 30000, 60000, 120000];
/** By so much the device's clock and the server's may drift apart before dates are told anew. */
const CLOCK_SLACK_MS = 30_000;

/**
 * What a reloaded window asks for: the document that it reloads has no personal data.
 * @throws {Failure} when this window was never launched, or too long ago
 */
export async function fetchBoot(window) {
  const session = window.history.state?.session;
  if (typeof session !== "string") throw new Failure("no-session");
  const unit = /^#\/([^/]+)\//.exec(window.location.hash)?.[1] ?? "";
  const api = new LtiApi(window.fetch.bind(window), session);
  const boot = await api.askPatiently("GET", `/api/boot?unit=${unit}`);
  return { ...boot, session };
}

export function openTracking(boot, window) {
  return new LtiTracking(boot, window);
}

/** What a reload of this window asks for: the player in the language of this course. */
function shellPath(boot) {
  return `/learn?language=${boot.language}`;
}

/** @implements {import("../tracking.js").Tracking} */
class LtiTracking {
  windowState;
  marker;
  grade = new Signal(null);
  terms = new Signal(null);
  merged = new Signal(null);
  status;
  works;
  handIns;
  #boot;
  #api;
  #units;
  #queue;
  #servedWorks = [];
  #revision;
  #gradeTimer = null;
  #gradeAsked = 0;
  #termsAsked = false;
  #termsTold = "";

  /**
   * @param {object} boot
   * @param {Window} window
   */
  constructor(boot, window) {
    this.#boot = boot;
    this.#api = new LtiApi(window.fetch.bind(window), boot.session);
    const embedded = Object.entries(boot.units ?? {});
    this.#units = new Map(embedded.map(([id, unit]) => [id, this.#graded(unit)]));
    this.#revision = boot.snapshot?.revision ?? 0;
    this.handIns = new ServedHandIns(this.#api, () => this.#settleWorks());
    this.windowState = { session: boot.session };
    window.history.replaceState(this.windowState, "", shellPath(boot) + window.location.hash);
    if (this.#isPreview) {
      this.status = new Signal({ state: "off" });
      this.marker = new PreviewMarker(this.#api);
      this.works = this.#shelfToLookAt();
    } else {
      const stateStatus = new Signal({ state: "saved" });
      const workStatus = new Signal({ state: "saved" });
      this.status = combined(stateStatus, workStatus);
      this.marker = new ServerMarker(this.#api, boot.snapshot?.attempts ?? {}, (grade) =>
        this.#showGrade(grade),
      );
      this.#queue = new SaveQueue((state, options) => this.#put(state, options), stateStatus);
      this.works = new WorkShelf(
        (id) => this.#openWork(id, workStatus),
        async (id, group) => {
          await this.#settleWorks();
          await this.#api.askPatiently("POST", `${workPath(id)}/group`, { body: { group } });
        },
      );
      this.#listen(window);
    }
  }

  get #isPreview() {
    return this.#boot.role === "instructor";
  }

  async load() {
    const { state = null, attempts = {}, handed = {} } = this.#boot.snapshot ?? {};
    return { state, attempts, handed };
  }

  save(state) {
    this.#queue?.put(state);
  }

  /** The server knows from the answers; only what became of the grade is not known yet. */
  complete(progress) {
    const isKnown = this.grade.value !== null;
    if (!this.#isPreview && progress.graded.done > 0 && !isKnown) this.#askGrade();
  }

  exit() {
    this.#sendLast();
  }

  async unit(unitId) {
    this.#askTerms();
    if (!this.#units.has(unitId)) {
      const unit = await this.#api.askPatiently("GET", `/api/units/${encodeURIComponent(unitId)}`);
      this.#units.set(unitId, this.#graded(unit));
    }
    return this.#units.get(unitId);
  }

  /** A unit is the same for everybody; what an instructor chose for its quizzes is the link's. */
  #graded(unit) {
    const { counting, passMark } = this.#boot.options ?? {};
    for (const { activity } of Object.values(unit.steps ?? {})) {
      if (!activity?.graded) continue;
      if (counting) activity.counting = counting;
      activity.passMark = passMark ?? activity.passMark;
    }
    return unit;
  }

  /** Who teaches may look at any group's work; whatever they change stays in this page. */
  #shelfToLookAt() {
    let group = "";
    return new WorkShelf(
      async (id) => {
        const path = `${workPath(id)}?group=${encodeURIComponent(group)}`;
        const { records, share = null } = await this.#api.askPatiently("GET", path);
        const piece = new Workpiece(records, () => {});
        piece.share = share;
        return piece;
      },
      async (_id, chosen) => {
        group = chosen;
      },
    );
  }

  async #openWork(workshopId, status) {
    const kept = await this.#api.askPatiently("GET", workPath(workshopId));
    const work = new ServedWork(this.#api, workshopId, kept, status);
    this.#servedWorks.push(work);
    return work.piece;
  }

  async #settleWorks() {
    await Promise.all(this.#servedWorks.map((work) => work.settle()));
  }

  #listen(window) {
    window.addEventListener("online", () => this.#flush());
    window.addEventListener("pagehide", () => this.#sendLast());
    window.document.addEventListener("visibilitychange", () => {
      if (window.document.visibilityState === "hidden") this.#flush({ keepalive: true });
      else this.#askTerms();
    });
  }

  #flush(options) {
    this.#queue.flush(options);
    for (const work of this.#servedWorks) work.flush(options);
  }

  /** A request under way may be cut off with the page: what it carries is sent once more. */
  #sendLast() {
    for (const work of this.#servedWorks) work.sendLast();
    if (!this.#queue?.isWaiting) return;
    this.#put(this.#queue.value, { keepalive: true }).catch(() => {
      this.status.set({ state: "unsaved", problem: new Failure("offline", { retryable: true }) });
    });
  }

  async #put(state, { keepalive = false } = {}) {
    try {
      const body = { revision: this.#revision, state };
      const reply = await this.#api.ask("PUT", "/api/state", { body, keepalive });
      if (reply.revision > this.#revision + 1) this.merged.set(reply.state);
      this.#revision = reply.revision;
    } catch (failure) {
      if (failure.code === "expired") this.#queue.close();
      throw failure;
    }
  }

  #showGrade(grade) {
    this.grade.set(grade);
    clearTimeout(this.#gradeTimer);
    const delay = GRADE_DELAYS_MS[this.#gradeAsked];
    if (grade?.state !== "pending" || delay === undefined) {
      this.#gradeAsked = 0;
      return;
    }
    this.#gradeAsked += 1;
    this.#gradeTimer = setTimeout(() => this.#askGrade(), delay);
  }

  /** A teacher may give more time at any moment. What cannot be asked for now is with the next. */
  async #askTerms() {
    if (this.#termsAsked) return;
    this.#termsAsked = true;
    try {
      const { now, ...terms } = await this.#api.ask("GET", "/api/terms");
      const told = JSON.stringify(terms);
      const offset = Date.parse(now) - Date.now();
      const isSetAnew = Math.abs(offset - (this.terms.value?.offset ?? 0)) > CLOCK_SLACK_MS;
      if (told !== this.#termsTold || isSetAnew) this.terms.set({ ...terms, offset });
      this.#termsTold = told;
    } catch (failure) {
      if (!(failure instanceof Failure)) throw failure;
    } finally {
      this.#termsAsked = false;
    }
  }

  /** A grade that cannot be asked for is no loss: it goes its way without us. */
  async #askGrade() {
    try {
      this.#showGrade(await this.#api.ask("GET", "/api/grade"));
    } catch (failure) {
      if (failure.retryable) this.#showGrade(this.grade.value);
    }
  }
}

/** The server marks and records. */
class ServerMarker {
  #api;
  #numbers;
  #onGrade;

  constructor(api, attempts, onGrade) {
    this.#api = api;
    this.#numbers = new Map(Object.entries(attempts).map(([id, { number }]) => [id, number]));
    this.#onGrade = onGrade;
  }

  async answer(activity, question, response) {
    const body = { attempt: this.#numbers.get(activity.id) ?? 1, question, response };
    const path = `${activityPath(activity)}/answers`;
    const reply = await this.#api.askPatiently("POST", path, { body });
    this.#numbers.set(activity.id, reply.attempt.number);
    if (reply.grade && reply.attempt.completed) this.#onGrade(reply.grade);
    return { verdict: reply.verdict, attempt: reply.attempt };
  }

  async restart(activity) {
    const reply = await this.#api.askPatiently("POST", `${activityPath(activity)}/attempts`, {
      body: {},
    });
    this.#numbers.set(activity.id, reply.attempt.number);
    return reply.attempt;
  }
}

/** The server marks and records nothing: the attempts of a preview live in this page. */
class PreviewMarker {
  #api;
  #book = new AttemptBook();

  constructor(api) {
    this.#api = api;
  }

  async answer(activity, question, response) {
    const body = { attempt: 1, question, response };
    const { verdict } = await this.#api.askPatiently("POST", `${activityPath(activity)}/answers`, {
      body,
    });
    return { verdict, attempt: this.#book.record(activity, question, response, verdict) };
  }

  async restart(activity) {
    return this.#book.restart(activity);
  }
}

function activityPath(activity) {
  return `/api/activities/${encodeURIComponent(activity.id)}`;
}
