/**
 * Tracking by an LMS that plays SCORM, in whichever edition: a dialect says how the edition writes
 * what there is to say.
 *
 * What is said to the LMS: everything of the work after each page and each answer, and when the
 * page is hidden; the end when it is left, straight to the API's own function, because requests
 * made later than that never arrive.
 *
 * @typedef {object} Dialect
 * @property {number} room characters of suspend data
 * @property {string} location the element of the bookmark
 * @property {number} longestLocation characters of it
 * @property {unknown} unknown the standing of whom the LMS tells nothing
 * @property {(lms: import("./api.js").Lms) => Terms} terms on what terms the LMS lets us in
 * @property {(standing: unknown, progress: import("../../tracking.js").Progress,
 *   rules: import("./status.js").Rules) => unknown} standing what the progress makes of it; it
 *   never becomes less
 * @property {(facts: {standing: unknown, progress: import("../../tracking.js").Progress,
 *   score: number|null}) => [string, string][]} facts what there is to say of the work
 * @property {(answer: object) => [string, string][]} interaction an answered question, as elements
 *   below `cmi.interactions.n`
 * @property {(get: (element: string) => string) => {standing: unknown, score: number}}
 *   objectiveBefore what the LMS has of an objective; score -1 for none
 * @property {(objective: {title: string, standing: unknown, score: number}) => [string, string][]}
 *   objective as elements below `cmi.objectives.n`
 * @property {(lms: import("./api.js").Lms, request: string) => boolean} [mayRequest] whether the
 *   LMS will do what is asked of it by `adl.nav.request`, where the edition has that
 * @property {(seconds: number) => [string, string]} sessionTime
 *
 * @typedef {{isReadOnly: boolean, hasCredit: boolean, standing: unknown, mastery: number|null,
 *   keptScore: number, learnerId: string}} Terms `standing` is the edition's own status; `mastery`
 *   is what the LMS judges by, in per cent, null when it does not; `keptScore` what it has, 0 to
 *   100; without credit the work is kept, and nothing is told of what it is worth
 */
import { Course } from "../../course.js";
import { Signal } from "../../signal.js";
import { AttemptBook } from "../attempts.js";
import { Failure } from "../failure.js";
import { LocalMarker } from "../marker.js";
import { SaveQueue } from "../save-queue.js";
import { storageOf } from "../works.js";
import { percent } from "./format.js";
import { LmsWorks } from "./lms-works.js";
import { Objectives, competenciesOf } from "./objectives.js";
import { isScoreBound, isScoreDue } from "./status.js";
import { SuspendData } from "./suspend-data.js";

/** Drafts can wait for a pause in the typing; a page or an answer cannot. */
const DRAFT_DELAY_MS = 2000;
const AT_ONCE_MS = 0;
/** How long a change may wait before another window is told of it. */
const RELAY_MS = 100;

const NOTHING_YET = {
  finished: false,
  seen: false,
  share: 0,
  graded: { done: 0, total: 0, score: null, canRetry: true },
};

/** What of the course the suspend data is about: everything that this package covers. */
function structureOf(boot) {
  const { steps } = new Course(boot.course, boot.options?.scope ?? []);
  const activities = steps
    .filter(({ kind }) => kind === "quiz")
    .map(({ id }) => ({
      id,
      attempts: boot.quizzes[id].attempts,
      questions: boot.quizzes[id].questions.map((question) => ({
        ...question,
        key: boot.keys[id][question.id],
      })),
    }));
  const workshops = steps.filter(({ kind }) => kind === "workshop").map(({ id }) => id);
  return { steps: steps.map(({ path }) => path), workshops, activities };
}

/** @implements {import("../tracking.js").Tracking} */
export class ScormTracking {
  windowState = null;
  grade = new Signal(null);
  merged = new Signal(null);
  status = new Signal({ state: "saved" });
  marker;
  #boot;
  #units;
  #lms;
  #codec;
  #book = new AttemptBook();
  #queue;
  #state = { position: null, visited: [], made: [], drafts: {} };
  #progress = NOTHING_YET;
  #isOpen = false;
  #isReadOnly = false;
  /** Whether what the LMS kept is here. Before, and without, nothing may be written over it. */
  #isResumed = false;
  #hasCredit = true;
  /** In the edition's own words. */
  #standing;
  #dialect;
  #rules;
  #hasLmsMastery = false;
  /** The score that the LMS had when it let us in. */
  #keptScore = 0;
  #openedAt = 0;
  /** What the LMS was last told, by element: the same is not told twice. */
  #told = new Map();
  /** Answers that the LMS was not told yet. */
  #answers = [];
  #interactionCount = 0;
  #hasInteractions = true;
  /** @type {Objectives|null} null where there are none, or the LMS does not keep any */
  #objectives = null;
  #competencies;
  #works;
  /** The title of each workshop, by its id. */
  #titles;
  #learnerId = "";
  #relayTimer = null;
  /** What the LMS kept of the work: suspend data and bookmark. */
  #kept;

  /**
   * @param {object} boot
   * @param {Window} window
   * @param {import("./api.js").Lms|import("../relayed-lms.js").RelayedLms} lms
   * @param {Dialect} dialect
   * @param {{content: (unitId: string) => Promise<object>}} units where they are
   */
  constructor(boot, window, lms, dialect, units) {
    this.#boot = boot;
    this.#units = units;
    this.#lms = lms;
    this.#dialect = dialect;
    this.#standing = dialect.unknown;
    this.#codec = new SuspendData(structureOf(boot), dialect.room);
    const { mastery = null, completion = "quiz", statuses = "passed-failed" } = boot.options ?? {};
    this.#rules = { mastery, completion, statuses };
    this.#queue = new SaveQueue(() => this.#tell(), this.status);
    const { steps, gradedSteps } = new Course(boot.course, boot.options?.scope ?? []);
    this.#competencies = competenciesOf(boot, gradedSteps);
    const workshops = steps.filter(({ kind }) => kind === "workshop");
    this.#titles = new Map(workshops.map(({ id, title }) => [id, title]));
    this.#works = new LmsWorks(
      [...this.#titles.keys()],
      { storage: storageOf(window), isShared: this.#isOneOfSeveral },
      () => this.#save(DRAFT_DELAY_MS),
    );
    this.#listen(window);
  }

  get works() {
    return this.#works.shelf;
  }

  async load() {
    const isOpen = this.#open();
    const work = isOpen ? await this.#resume() : { state: null, attempts: {} };
    this.#book = new AttemptBook(work.attempts);
    this.marker = new LocalMarker(this.#boot.keys, this.#book, (answer) => this.#answered(answer));
    this.#state = { ...this.#state, ...work.state };
    this.#isResumed = isOpen;
    this.#save(AT_ONCE_MS);
    return work;
  }

  save(state) {
    const isMove = state.position !== this.#state.position;
    this.#state = state;
    this.#save(isMove ? AT_ONCE_MS : DRAFT_DELAY_MS);
  }

  complete(progress) {
    this.#progress = progress;
    if (this.#hasCredit) {
      this.#standing = this.#dialect.standing(this.#standing, progress, this.#rules);
    }
    this.#save(AT_ONCE_MS);
  }

  exit() {
    this.#finish();
  }

  async unit(unitId) {
    return this.#units.content(unitId);
  }

  /**
   * The unit before or after this one, where each is a SCO of its own.
   * @param {"previous"|"continue"} request as the LMS understands it
   */
  neighbour = (request) => {
    if (!this.#isOneOfSeveral) return null;
    const units = this.#boot.course.parts.flatMap((part) => part.units);
    const here = units.findIndex(({ id }) => this.#boot.options.scope.includes(id));
    const unit = units[here + (request === "continue" ? 1 : -1)];
    return unit ? { title: unit.title, open: this.#wayTo(request) } : null;
  };

  get #isOneOfSeveral() {
    return this.#boot.options?.structure === "units";
  }

  /** @returns {(() => Promise<void>)|null} null where the LMS does not do it */
  #wayTo(request) {
    try {
      const isPossible = this.#isOpen && this.#dialect.mayRequest?.(this.#lms, request);
      return isPossible ? () => this.#move(request) : null;
    } catch {
      return null;
    }
  }

  /**
   * Take leave, and have the LMS open another SCO (4th Edition SN, 5.6.4).
   * @throws {Failure} when the work could not be kept, or the LMS will not
   */
  async #move(request) {
    await this.#queue.settle();
    this.#lms.set("adl.nav.request", request);
    const failure = this.#finish();
    if (failure) throw failure;
  }

  #listen(window) {
    window.document.addEventListener("visibilitychange", () => {
      if (window.document.visibilityState !== "hidden") return;
      // Always: on a phone it may be the last that happens, and the time spent is not told yet.
      this.#save(AT_ONCE_MS);
      this.#queue.flush();
    });
    window.addEventListener("pagehide", () => this.#finish());
    window.addEventListener("pageshow", (event) => {
      if (event.persisted && this.#open()) this.#save(AT_ONCE_MS);
    });
  }

  /** Begin the session with the LMS; false, and said on the screen, when it does not let us. */
  #open() {
    try {
      this.#lms.initialize();
      this.#isOpen = true;
      this.#openedAt = Date.now();
      this.#told.clear();
      this.#readTerms();
      return true;
    } catch (failure) {
      this.#giveUp(failure);
      return false;
    }
  }

  /** Write nothing in this session: it would take the place of work that could not be read. */
  #giveUp({ detail, reference }) {
    this.#isResumed = false;
    this.#queue.close();
    const problem = new Failure("lms-initialize", { detail, reference });
    this.status.set({ state: "unsaved", problem });
  }

  /** On what terms the LMS lets us in: to work or only to look, and what counts as passed. */
  #readTerms() {
    const terms = this.#dialect.terms(this.#lms);
    this.#kept = {
      text: this.#lms.read("cmi.suspend_data"),
      bookmark: this.#lms.get(this.#dialect.location),
    };
    this.#isReadOnly = terms.isReadOnly;
    this.#hasCredit = terms.hasCredit;
    this.#standing = terms.standing;
    this.#hasLmsMastery = terms.mastery !== null;
    if (this.#hasLmsMastery) this.#rules = { ...this.#rules, mastery: terms.mastery };
    this.#learnerId = terms.learnerId;
    this.#keptScore = terms.keptScore;
    this.#interactionCount = Number(this.#lms.get("cmi.interactions._count")) || 0;
    if (this.#isReadOnly) {
      this.status.set({ state: "off", problem: new Failure("review") });
      return;
    }
    // Back from another page, what was reached before may not have been kept.
    const progress = this.#hasCredit ? this.#progress : NOTHING_YET;
    this.#standing = this.#dialect.standing(this.#standing, progress, this.#rules);
    if (this.#competencies.length > 0 && this.#hasCredit) {
      this.#objectives = new Objectives(this.#lms, this.#dialect, this.#competencies);
    }
  }

  async #resume() {
    const { text, bookmark } = this.#kept;
    const work = text === "" ? null : this.#codec.decode(text);
    const hasAllWorks = await this.#works.resume(this.#place, work?.works ?? {});
    if (work) return { ...work, notice: hasAllWorks ? undefined : "notice.works-elsewhere" };
    return {
      state: bookmark ? { position: bookmark, visited: [], made: [], drafts: {} } : null,
      attempts: {},
      notice: text === "" ? undefined : "notice.changed-course",
    };
  }

  /** Where this browser keeps what has no room in the LMS: apart for each learner who is named. */
  get #place() {
    return this.#learnerId && `arrimage:${this.#boot.course.slug}:${this.#learnerId}`;
  }

  #answered(answer) {
    if (answer) {
      const { questions } = this.#boot.quizzes[answer.activity.id];
      const { competencies = [] } = questions.find(({ id }) => id === answer.questionId);
      this.#answers.push({ ...answer, competencies, at: new Date() });
    }
    this.#save(AT_ONCE_MS);
  }

  #save(delay) {
    if (!this.#isOpen || !this.#mayWrite) return;
    this.#queue.put(null, delay);
    if (this.#lms.isRelayed) this.#relaySoon();
  }

  get #mayWrite() {
    return this.#isResumed && !this.#isReadOnly;
  }

  /** Another window tells the LMS, and hears nothing any more once this one is closed. */
  #relaySoon() {
    if (this.#relayTimer !== null) return;
    this.#relayTimer = setTimeout(() => {
      this.#relayTimer = null;
      if (this.#isOpen) this.#tellWork();
    }, RELAY_MS);
  }

  /** Tell the LMS all that it does not know yet, and have it kept. */
  #tell() {
    // A save may be due just after the end, which has told everything.
    if (!this.#isOpen) return undefined;
    let lacksRoom;
    let refused;
    try {
      lacksRoom = this.#tellWork();
      refused = this.#tellObjectives() ?? this.#tellAnswers();
    } catch (failure) {
      // What was taken is kept, or a window that the system ends would take it along.
      this.#lms.commit();
      throw failure;
    }
    const uncounted = this.#hasCredit ? undefined : new Failure("no-credit");
    const problem = refused ?? lacksRoom ?? uncounted;
    return this.#lms.commit()?.then((failure) => problem ?? failure) ?? problem;
  }

  /** @returns {Failure|undefined} when not all of the work has room */
  #tellWork() {
    const work = { state: this.#state, attempts: this.#book.attempts };
    const { text, left, unkept } = this.#codec.encode(work, this.#works.texts);
    const { location, longestLocation } = this.#dialect;
    const { position } = this.#state;
    const place = position?.length <= longestLocation ? position : "";
    const facts = { standing: this.#standing, progress: this.#progress, score: this.#score() };
    const [refused] = [
      ["cmi.suspend_data", text],
      // Not before the first step is there: SCORM 2004 knows no empty place.
      ...(position ? [[location, place]] : []),
      ...this.#dialect.facts(facts),
      this.#dialect.sessionTime((Date.now() - this.#openedAt) / 1000),
    ]
      .map((fact) => failureOf(() => this.#tellOnce(...fact)))
      .filter(Boolean);
    const lack = this.#lackOfRoom(left, unkept);
    if (refused) throw refused;
    return lack;
  }

  /** What the LMS has no room for, and where it is then. */
  #lackOfRoom(left, unkept) {
    const isHere = this.#works.mark(unkept);
    if (left === "nothing" && unkept.length === 0) return undefined;
    const code = left === "nothing" ? "no-room.works" : `no-room.${left}`;
    const titles = unkept.map((id) => this.#titles.get(id));
    return new Failure(code, { works: { titles, isHere } });
  }

  /**
   * The score to tell, 0 to 1, or null. Never less than the LMS has: after an update of the
   * course, the work may begin anew.
   */
  #score() {
    if (!this.#hasCredit || !isScoreDue(this.#progress, this.#hasLmsMastery)) return null;
    const { score } = this.#progress.graded;
    return Number(percent(score)) < this.#keptScore ? null : score;
  }

  #tellOnce(name, value) {
    if (this.#told.get(name) === value) return;
    if (isScoreBound(name)) this.#lms.setOptional(name, value);
    else this.#lms.set(name, value);
    this.#told.set(name, value);
  }

  /**
   * An LMS need not keep objectives (RTE 1.2, 3.4.2.5) either. They too give way to the rest.
   * @returns {Failure|undefined}
   */
  #tellObjectives() {
    try {
      for (const [name, value] of this.#objectives?.facts(this.#book.attempts, this.#rules) ?? []) {
        if (this.#told.get(name) === value) continue;
        if (!this.#lms.setOptional(name, value) && !isScoreBound(name)) this.#objectives = null;
        if (!this.#objectives) break;
        this.#told.set(name, value);
      }
    } catch (failure) {
      if (failure.retryable) throw failure;
      this.#objectives = null;
      return failure;
    }
    return undefined;
  }

  /**
   * An LMS need not keep interactions (RTE 1.2, 3.4.2.7): then they are not told at all. One that
   * it refuses is given up, so that it does not stand in the way of the rest.
   * @returns {Failure|undefined}
   */
  #tellAnswers() {
    let refused;
    while (this.#answers.length > 0 && this.#hasInteractions) {
      try {
        this.#hasInteractions = this.#tellAnswer(this.#answers[0]);
      } catch (failure) {
        if (failure.retryable) throw failure;
        refused = failure;
      }
      this.#answers.shift();
      this.#interactionCount += 1;
    }
    return refused;
  }

  #tellAnswer(answer) {
    return this.#dialect.interaction(answer).every(([element, value]) =>
      this.#lms.setOptional(`cmi.interactions.${this.#interactionCount}.${element}`, value),
    );
  }

  /**
   * Once: what is not told yet, then the end, whatever the LMS says to the first.
   * @returns {Failure|undefined}
   */
  #finish() {
    if (!this.#isOpen) return undefined;
    this.#isOpen = false;
    const last = [
      () => this.#tellWork(),
      () => this.#tellObjectives(),
      () => this.#tellAnswers(),
    ];
    const failures = [...(this.#mayWrite ? last : []), () => this.#lms.finish()]
      .map(failureOf)
      .filter(Boolean);
    if (failures.length > 0) this.status.set({ state: "unsaved", problem: failures.at(-1) });
    return failures.at(-1);
  }
}

function failureOf(act) {
  try {
    act();
    return undefined;
  } catch (failure) {
    return failure;
  }
}
