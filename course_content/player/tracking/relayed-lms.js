/**
 * An LMS that another window speaks to: what `scorm/api.js` does with an API object, through a
 * port. What the LMS knew at the beginning is here; what is said goes over at once; whether it is
 * kept comes later.
 */
import { isKept, keep, value } from "../relay/messages.js";
import { Failure } from "./failure.js";

/** How long the package may take to have something kept: a platform's own request is in it. */
const LONGEST_MS = 30_000;
/** The package knows better how long the learner was there: until the window is closed. */
const TOLD_BY_PACKAGE = "cmi.core.session_time";

export class RelayedLms {
  /** Last words come too late here: see `ScormTracking`. */
  isRelayed = true;
  #port;
  #values;
  #awaited = new Map();
  #count = 0;

  /**
   * @param {MessagePort} port
   * @param {Record<string, string>} values what the LMS knows, by element
   */
  constructor(port, values) {
    this.#port = port;
    this.#values = values;
    port.onmessage = ({ data }) => isKept(data) && this.#settle(data);
  }

  /** The package began the session. */
  initialize() {}

  get(name) {
    return this.#values[name] ?? "";
  }

  /** What the LMS did not give, the package did not begin without. */
  read(name) {
    return this.get(name);
  }

  set(name, text) {
    if (name !== TOLD_BY_PACKAGE) this.#port.postMessage(value(name, text));
  }

  /** The package finds out whether the LMS has such elements. */
  setOptional(name, text) {
    this.set(name, text);
    return true;
  }

  /**
   * @returns {Promise<Failure|void>} once it is kept; what the LMS did not take of it, if so
   * @throws {Failure} when it is not kept
   */
  commit() {
    this.#count += 1;
    const id = this.#count;
    return new Promise((resolve, reject) => {
      const late = new Failure("lms-save", { retryable: true });
      const timer = setTimeout(() => this.#fail(id, late), LONGEST_MS);
      this.#awaited.set(id, { resolve, reject, timer });
      this.#port.postMessage(keep(id));
    });
  }

  /** The package ends the session, with its own window. */
  finish() {
    this.commit().catch(() => {});
  }

  #settle({ id, isKept: isDone, problem }) {
    const failure = problem ? failureOf(problem) : undefined;
    if (isDone === true) this.#taken(id)?.resolve(failure);
    else this.#fail(id, failure ?? failureOf({ retryable: true }));
  }

  #fail(id, failure) {
    this.#taken(id)?.reject(failure);
  }

  #taken(id) {
    const awaited = this.#awaited.get(id);
    this.#awaited.delete(id);
    clearTimeout(awaited?.timer);
    return awaited;
  }
}

function failureOf({ retryable, detail, reference }) {
  return new Failure("lms-save", {
    retryable: retryable === true,
    detail: String(detail ?? ""),
    reference: String(reference ?? ""),
  });
}
