/**
 * The platform's record of a learner, for a course in a frame of another origin.
 *
 * What the frame says is handed to the platform's API at once, and kept by it when the frame asks;
 * whatever the API refuses waits here for the next try. So when the window is closed, nothing has
 * to come from the frame any more. The frame is not trusted with more than a course needs: elements
 * and values that no course of ours sends are not passed on.
 */
import { Failure } from "../tracking/failure.js";
import { STRING_LIMIT, timespan } from "../tracking/scorm/format.js";
import { isScoreBound } from "../tracking/scorm/status.js";

const STATUS = "cmi.core.lesson_status";
const EXIT = "cmi.core.exit";
const LEARNER = "cmi.core.student_id";
const MODE = "cmi.core.lesson_mode";
const ENTRY = "cmi.core.entry";

/** What a course asks of the platform before it begins. */
const ASKED = [
  LEARNER,
  MODE,
  "cmi.core.credit",
  ENTRY,
  STATUS,
  "cmi.core.lesson_location",
  "cmi.core.score.raw",
  "cmi.student_data.mastery_score",
  "cmi.interactions._count",
  "cmi.objectives._count",
];
const ASKED_OF_OBJECTIVES = ["id", "status", "score.raw"];
/** More than any course of ours has. */
const MOST_OBJECTIVES = 250;
/** And what it must not take for nothing where the platform only fails to give it. */
const WORK = "cmi.suspend_data";
const NOT_BEGUN = ["", "not attempted"];

const SUSPEND_DATA_LIMIT = 4096;
const within = (limit) => (text) => text.length <= limit;
const oneOf = (...texts) => (text) => texts.includes(text);
const isPercentage = (text) => /^\d{1,3}(\.\d{1,2})?$/.test(text) && Number(text) <= 100;

const isStatus = oneOf("passed", "completed", "failed", "incomplete");

const WRITABLE = {
  [WORK]: within(SUSPEND_DATA_LIMIT),
  "cmi.core.lesson_location": within(STRING_LIMIT),
  [STATUS]: isStatus,
  [EXIT]: oneOf("", "suspend"),
  "cmi.core.score.raw": isPercentage,
  "cmi.core.score.min": isPercentage,
  "cmi.core.score.max": isPercentage,
};
/** What a platform need not keep (RTE, 3.4.2.5 and 3.4.2.7): a list, a place in it, an element. */
const LISTED = /^cmi\.(interactions|objectives)\.(\d{1,4})\.([a-z0-9._]{2,40})$/;
const ANSWER = /^(id|time|type|weighting|student_response|result|latency)$/;
const PART_OF_ANSWER = /^(objectives\.\d{1,2}\.id|correct_responses\.\d{1,2}\.pattern)$/;
const OBJECTIVE = {
  id: within(STRING_LIMIT),
  status: isStatus,
  "score.raw": isPercentage,
  "score.min": isPercentage,
  "score.max": isPercentage,
};

function isWritable(name, text) {
  if (Object.hasOwn(WRITABLE, name)) return WRITABLE[name](text);
  const [, list, , element] = LISTED.exec(name) ?? [];
  if (list === "objectives") return Object.hasOwn(OBJECTIVE, element) && OBJECTIVE[element](text);
  const isAnswer = list !== undefined && (ANSWER.test(element) || PART_OF_ANSWER.test(element));
  return isAnswer && text.length <= STRING_LIMIT;
}

export class LmsRecord {
  #lms;
  #values = {};
  /** What the platform has not taken yet, in the order in which it was said. */
  #waiting = new Map();
  /** What of a list the platform does not take: it is given up, and said once. */
  #givenUp;
  /** The lists that the platform does not have. */
  #lacking = new Set();
  #openedAt = 0;
  #isOpen = false;

  /** @param {import("../tracking/scorm/api.js").Lms} lms */
  constructor(lms) {
    this.#lms = lms;
  }

  /**
   * Begin the session with the platform, and ask what it knows.
   * @throws {Failure}
   */
  open() {
    this.#lms.initialize();
    for (const name of ASKED) this.#ask(name);
    this.#values[WORK] = this.#lms.read(WORK);
    const count = Math.min(Number(this.#values["cmi.objectives._count"]) || 0, MOST_OBJECTIVES);
    for (let place = 0; place < count; place += 1) {
      for (const element of ASKED_OF_OBJECTIVES) this.#ask(`cmi.objectives.${place}.${element}`);
    }
    this.#openedAt = Date.now();
    this.#isOpen = true;
  }

  #ask(name) {
    this.#values[name] = this.#lms.get(name);
  }

  /** Whom the platform says that this is; "" when it does not. */
  get learner() {
    return this.#values[LEARNER];
  }

  /** What a course is told, whose learner has another name there. */
  valuesFor(learner) {
    return { ...this.#values, [LEARNER]: learner };
  }

  get #isReadOnly() {
    return ["review", "browse"].includes(this.#values[MODE]);
  }

  get #isBegun() {
    return !NOT_BEGUN.includes(this.#values[STATUS]);
  }

  /** Hand something to the platform, if a course may say it. */
  hear(name, text) {
    if (!this.#isOpen || this.#isReadOnly || !isWritable(name, text)) return;
    this.#values[name] = text;
    this.#count(name);
    this.#waiting.set(name, text);
    this.#tell();
  }

  /** A course that begins anew is told how long a list has become. */
  #count(name) {
    const [, list, place] = LISTED.exec(name) ?? [];
    if (list === undefined) return;
    const count = `cmi.${list}._count`;
    this.#values[count] = String(Math.max(Number(this.#values[count]) || 0, Number(place) + 1));
  }

  /**
   * Have the platform keep all that it was told.
   * @returns {{isKept: boolean, failure?: Failure}} a failure may be of a part of it alone
   */
  keep() {
    if (!this.#isOpen) return { isKept: false, failure: new Failure("lms-save") };
    let failure = this.#tell();
    try {
      if (!this.#isReadOnly) this.#tellTime();
      this.#lms.commit();
    } catch (error) {
      failure ??= error;
    }
    if (failure) return { isKept: false, failure };
    const part = this.#givenUp;
    this.#givenUp = undefined;
    return { isKept: true, failure: part };
  }

  /** End the session: whatever waits is told once more, and the time spent. */
  close() {
    if (!this.#isOpen) return;
    if (this.#isReadOnly) this.#finish();
    // A platform takes an end without a status for completion (SCORM 1.2 RTE, 3.4.4).
    else if (this.#isBegun) {
      this.#tell();
      this.#finish(() => this.#tellTime());
    }
    this.#isOpen = false;
  }

  /**
   * End the session with the record as it was. One that was never begun is not ended: the
   * platform would take it for completed.
   */
  leave() {
    if (!this.#isOpen) return;
    const wasSuspended = this.#values[ENTRY] === "resume";
    if (this.#isBegun) this.#finish(() => wasSuspended && this.#lms.set(EXIT, "suspend"));
    this.#isOpen = false;
  }

  #finish(before = () => {}) {
    for (const step of [before, () => this.#lms.finish()]) {
      try {
        step();
      } catch (failure) {
        if (!(failure instanceof Failure)) throw failure;
      }
    }
  }

  #tellTime() {
    const seconds = (Date.now() - this.#openedAt) / 1000;
    this.#lms.set("cmi.core.session_time", timespan(seconds));
  }

  /** @returns {Failure|undefined} why something still waits */
  #tell() {
    let reason;
    for (const [name, text] of [...this.#waiting]) {
      try {
        this.#tellOne(name, text);
        this.#waiting.delete(name);
      } catch (failure) {
        reason ??= this.#isHopeless(name, failure) ? undefined : failure;
      }
    }
    return reason;
  }

  /** A list that the platform does not have is not told at all. */
  #tellOne(name, text) {
    const list = LISTED.exec(name)?.[1];
    if (this.#lacking.has(list)) return;
    if (isScoreBound(name)) this.#lms.setOptional(name, text);
    else if (list === undefined) this.#lms.set(name, text);
    else if (!this.#lms.setOptional(name, text)) this.#lacking.add(list);
  }

  /** What of a list the platform will never take does not stand in the way of the rest. */
  #isHopeless(name, failure) {
    if (failure.retryable || !LISTED.test(name)) return false;
    this.#waiting.delete(name);
    this.#givenUp = failure;
    return true;
  }
}
