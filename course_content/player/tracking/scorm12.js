/**
 * Tracking by an LMS that plays a SCORM 1.2 package.
 *
 * What is said to the LMS: everything of the work after each page and each answer, and when the
 * page is hidden; the end when it is left, straight to the API's own LMSFinish, because requests
 * made later than that never arrive.
 */
import { Course } from "../course.js";
import { Signal } from "../signal.js";
import { Workpiece } from "../works.js";
import { AttemptBook } from "./attempts.js";
import { Failure } from "./failure.js";
import { LocalTracking } from "./local.js";
import { LocalMarker } from "./marker.js";
import { SaveQueue } from "./save-queue.js";
import { findApi, Lms12 } from "./scorm/api.js";
import { STRING_LIMIT, interaction, percent, timespan } from "./scorm/format.js";
import { isScoreDue, isToBeResumed, lessonStatus } from "./scorm/status.js";
import { packed, unpacked } from "./scorm/packed-works.js";
import { NO_ROOM_FOR_WORKS, SuspendData } from "./scorm/suspend-data.js";
import { WorkShelf, readWorks, storageOf, writeWorks } from "./works.js";

/** Drafts can wait for a pause in the typing; a page or an answer cannot. */
const DRAFT_DELAY_MS = 2000;
const AT_ONCE_MS = 0;

const NOTHING_YET = { finished: false, graded: { done: 0, total: 0, score: null, canRetry: true } };

/** Without an LMS the course still opens, and says that nothing reaches one. */
export function openTracking(boot, window) {
  const api = findApi(window);
  if (!api) return new LocalTracking(boot, window, new Failure("no-lms"));
  return new Scorm12Tracking(boot, window, new Lms12(api));
}

/** A score as the LMS tells it; 0 for none, or for what is no number. */
function scoreOf(text) {
  return Number(text) || 0;
}

/** What of the course the suspend data is about: everything that this package covers. */
function structureOf(boot) {
  const { steps } = new Course(boot.course, boot.options?.scope ?? []);
  const activities = steps
    .filter(({ kind }) => kind === "quiz")
    .map((step) => boot.units[step.unit.id].steps[step.id].activity)
    .map(({ id, attempts, questions }) => ({
      id,
      attempts,
      questions: questions.map((question) => ({
        id: question.id,
        points: question.points,
        key: boot.keys[id][question.id],
      })),
    }));
  const workshops = steps.filter(({ kind }) => kind === "workshop").map(({ id }) => id);
  return { steps: steps.map(({ path }) => path), workshops, activities };
}

/** @implements {import("../tracking.js").Tracking} */
class Scorm12Tracking {
  windowState = null;
  grade = new Signal(null);
  merged = new Signal(null);
  status = new Signal({ state: "saved" });
  marker;
  #boot;
  #lms;
  #codec;
  #book = new AttemptBook();
  #queue;
  #state = { position: null, visited: [], made: [], drafts: {} };
  #progress = NOTHING_YET;
  #isOpen = false;
  #isReadOnly = false;
  #lessonStatus = "not attempted";
  #mastery;
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
  works;
  /** The works that the LMS gave back, and those that were opened since, by workshop. */
  #kept = {};
  /** The same, as the suspend data takes them. */
  #packed = "";
  #storage;
  #learnerId = "";

  /**
   * @param {object} boot
   * @param {Window} window
   * @param {Lms12} lms
   */
  constructor(boot, window, lms) {
    this.#boot = boot;
    this.#lms = lms;
    this.#codec = new SuspendData(structureOf(boot));
    this.#mastery = boot.options?.mastery ?? null;
    this.#queue = new SaveQueue(() => this.#tell(), this.status);
    this.#storage = storageOf(window);
    this.works = new WorkShelf(async (id) => this.#openWork(id));
    this.#listen(window);
  }

  async load() {
    const work = this.#open() ? await this.#resume() : { state: null, attempts: {} };
    this.#book = new AttemptBook(work.attempts);
    this.marker = new LocalMarker(this.#boot.keys, this.#book, (answer) => this.#answered(answer));
    this.#state = { ...this.#state, ...work.state };
    return work;
  }

  save(state) {
    const isMove = state.position !== this.#state.position;
    this.#state = state;
    this.#save(isMove ? AT_ONCE_MS : DRAFT_DELAY_MS);
  }

  complete(progress) {
    this.#progress = progress;
    this.#lessonStatus = lessonStatus(this.#lessonStatus, progress, this.#mastery);
    this.#save(AT_ONCE_MS);
  }

  exit() {
    this.#finish();
  }

  async unit(unitId) {
    return this.#boot.units[unitId];
  }

  #listen(window) {
    window.document.addEventListener("visibilitychange", () => {
      if (window.document.visibilityState === "hidden") this.#queue.flush();
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
      this.#queue.close();
      this.status.set({ state: "unsaved", problem: failure });
      return false;
    }
  }

  /** On what terms the LMS lets us in: to work or only to look, and what counts as passed. */
  #readTerms() {
    const mode = this.#lms.get("cmi.core.lesson_mode");
    this.#isReadOnly = mode === "review" || mode === "browse";
    this.#lessonStatus = this.#lms.get("cmi.core.lesson_status") || "not attempted";
    const mastery = this.#lms.get("cmi.student_data.mastery_score");
    this.#hasLmsMastery = mastery !== "" && Number.isFinite(Number(mastery));
    if (this.#hasLmsMastery) this.#mastery = Number(mastery);
    this.#learnerId = this.#lms.get("cmi.core.student_id");
    this.#keptScore = scoreOf(this.#lms.get("cmi.core.score.raw"));
    this.#interactionCount = Number(this.#lms.get("cmi.interactions._count")) || 0;
    if (this.#isReadOnly) this.status.set({ state: "off", problem: new Failure("review") });
    else this.#lessonStatus = lessonStatus(this.#lessonStatus, NOTHING_YET, this.#mastery);
  }

  async #resume() {
    const text = this.#lms.get("cmi.suspend_data");
    const work = text === "" ? null : this.#codec.decode(text);
    const bookmark = this.#lms.get("cmi.core.lesson_location");
    this.#kept = (await this.#worksOf(work)) ?? {};
    this.#packed = work?.works ?? "";
    if (!this.#isReadOnly) this.#save(AT_ONCE_MS);
    if (work) return work;
    return {
      state: bookmark ? { position: bookmark, visited: [], made: [], drafts: {} } : null,
      attempts: {},
      notice: text === "" ? undefined : "notice.changed-course",
    };
  }

  /** Works that had no room in the LMS are in the browser in which they were made. */
  async #worksOf(work) {
    if (!work?.works) return null;
    if (work.works === NO_ROOM_FOR_WORKS) return readWorks(this.#storage, this.#place);
    return unpacked(work.works);
  }

  /** Where this browser keeps what has no room in the LMS: apart for each learner. */
  get #place() {
    return `arrimage:${this.#boot.course.slug}:${this.#learnerId}`;
  }

  #openWork(workshopId) {
    const kept = this.#kept[workshopId] ?? {};
    const piece = new Workpiece(kept, () => this.#keepWork(workshopId, piece));
    return piece;
  }

  async #keepWork(workshopId, piece) {
    this.#kept = { ...this.#kept, [workshopId]: piece.records };
    writeWorks(this.#storage, this.#place, this.#kept);
    const works = this.#kept;
    const text = await packed(works);
    // A later change is being packed already.
    if (works !== this.#kept) return;
    this.#packed = text;
    this.#save(DRAFT_DELAY_MS);
  }

  #answered(answer) {
    if (answer) this.#answers.push({ ...answer, at: new Date() });
    this.#save(AT_ONCE_MS);
  }

  #save(delay) {
    if (this.#isOpen && !this.#isReadOnly) this.#queue.put(null, delay);
  }

  /** Tell the LMS all that it does not know yet, and have it kept. */
  #tell() {
    // A save may be due just after the end, which has told everything.
    if (!this.#isOpen) return undefined;
    const lacksRoom = this.#tellWork();
    const refused = this.#tellAnswers();
    this.#lms.commit();
    return refused ?? lacksRoom;
  }

  /** @returns {Failure|undefined} when not all of the work has room */
  #tellWork() {
    const work = { state: this.#state, attempts: this.#book.attempts };
    const { text, left } = this.#codec.encode(work, this.#packed);
    this.#tellOnce("cmi.suspend_data", text);
    const position = this.#state.position ?? "";
    this.#tellOnce("cmi.core.lesson_location", position.length <= STRING_LIMIT ? position : "");
    this.#tellScore();
    this.#tellOnce("cmi.core.lesson_status", this.#lessonStatus);
    this.#tellOnce(
      "cmi.core.exit",
      isToBeResumed(this.#lessonStatus, this.#progress) ? "suspend" : "",
    );
    this.#lms.set("cmi.core.session_time", timespan((Date.now() - this.#openedAt) / 1000));
    return left === "nothing" ? undefined : new Failure(`no-room.${left}`);
  }

  /** Never less than the LMS has: after an update of the course, the work may begin anew. */
  #tellScore() {
    if (!isScoreDue(this.#progress, this.#hasLmsMastery)) return;
    const score = percent(this.#progress.graded.score);
    if (Number(score) < this.#keptScore) return;
    this.#tellOnce("cmi.core.score.min", "0");
    this.#tellOnce("cmi.core.score.max", "100");
    this.#tellOnce("cmi.core.score.raw", score);
  }

  #tellOnce(name, value) {
    if (this.#told.get(name) === value) return;
    this.#lms.set(name, value);
    this.#told.set(name, value);
  }

  /**
   * An LMS need not keep interactions (RTE, 3.4.2.7): then they are not told at all. One that it
   * refuses is given up, so that it does not stand in the way of the rest.
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
    return interaction(answer).every(([element, value]) =>
      this.#lms.setOptional(`cmi.interactions.${this.#interactionCount}.${element}`, value),
    );
  }

  /** Once: what is not told yet, then LMSFinish, whatever the LMS says to the first. */
  #finish() {
    if (!this.#isOpen) return;
    this.#isOpen = false;
    try {
      if (!this.#isReadOnly) {
        this.#tellWork();
        this.#tellAnswers();
      }
    } catch (failure) {
      this.status.set({ state: "unsaved", problem: failure });
    }
    try {
      this.#lms.finish();
    } catch (failure) {
      this.status.set({ state: "unsaved", problem: failure });
    }
  }
}
