/**
 * Finding the LMS's API object (SCORM 1.2 RTE, 3.3.6.1; SCORM 2004 4th Edition RTE, 3.3.1), and
 * calling it with every reply checked.
 *
 * @typedef {object} Functions what an edition calls the functions, and tells by its error numbers
 * @property {string} probe an element that every LMS has
 * @property {Set<string>} ourFaults errors that saying it again does not mend
 * @property {string} notImplemented the error of an element that the LMS need not have
 * @property {Set<string>} lost errors of an element that the LMS may have and does not give
 */
import { Failure } from "../failure.js";

/** More windows than any LMS nests. */
const MOST_WINDOWS = 50;

/** Read a property of a window that may be of another origin, where reading throws. */
function peek(window, name) {
  try {
    return window[name] ?? null;
  } catch {
    return null;
  }
}

/** @type {Functions} SCORM 1.2 (RTE, 3.3.3 to 3.3.5) */
export const FUNCTIONS_12 = {
  initialize: "LMSInitialize",
  finish: "LMSFinish",
  get: "LMSGetValue",
  set: "LMSSetValue",
  commit: "LMSCommit",
  lastError: "LMSGetLastError",
  errorString: "LMSGetErrorString",
  diagnostic: "LMSGetDiagnostic",
  probe: "cmi.core.lesson_status",
  ourFaults: new Set(["201", "202", "203", "401", "402", "403", "404", "405"]),
  notImplemented: "401",
  lost: new Set(["101", "301"]),
};

/** @type {Functions} SCORM 2004, every edition (4th Edition RTE, 3.1.3 to 3.1.7) */
export const FUNCTIONS_2004 = {
  initialize: "Initialize",
  finish: "Terminate",
  get: "GetValue",
  set: "SetValue",
  commit: "Commit",
  lastError: "GetLastError",
  errorString: "GetErrorString",
  diagnostic: "GetDiagnostic",
  probe: "cmi.completion_status",
  ourFaults: new Set(["201", "301", "351", "401", "402", "403", "404", "405", "406", "407", "408"]),
  notImplemented: "402",
  lost: new Set(["101", "122", "123", "301"]),
};

/** The API object of this very window, if it has one that answers. */
function apiOf(window, name, functions) {
  const api = peek(window, name);
  return api && typeof peek(api, functions.initialize) === "function" ? api : null;
}

/**
 * Look in the window, its parents, and the openers of all of these with their parents.
 * @param {Window} window
 * @param {string} name what the edition calls it
 * @param {Functions} functions
 * @returns {object|null}
 */
export function findApi(window, name, functions) {
  const waiting = [window];
  const seen = new Set();
  while (waiting.length > 0 && seen.size < MOST_WINDOWS) {
    const current = waiting.shift();
    if (seen.has(current)) continue;
    seen.add(current);
    const api = apiOf(current, name, functions);
    if (api) return api;
    // Parents first: the specification's order.
    const parent = peek(current, "parent");
    const opener = peek(current, "opener");
    if (parent) waiting.unshift(parent);
    if (opener) waiting.push(opener);
  }
  return null;
}

/** The API's functions, with Failures for replies that say no. */
export class Lms {
  #api;
  #functions;

  /**
   * @param {object} api
   * @param {Functions} functions
   */
  constructor(api, functions) {
    this.#api = api;
    this.#functions = functions;
  }

  /**
   * An LMS that says no although the session is open, after a reload say, is taken at its deeds.
   * @throws {Failure}
   */
  initialize() {
    if (this.#isTrue("initialize", "")) return;
    const failure = this.#failure("lms-initialize");
    this.#call("get", this.#functions.probe);
    if (this.#lastError() !== "0") throw failure;
  }

  /** @returns {string} "" for what the LMS does not have */
  get(name) {
    return String(this.#call("get", name) ?? "");
  }

  /**
   * The same for what must not be taken for nothing when the LMS only failed to give it.
   * @throws {Failure}
   */
  read(name) {
    const value = this.get(name);
    if (value === "" && this.#functions.lost.has(this.#lastError())) {
      throw this.#failure("lms-initialize", `${name}: `);
    }
    return value;
  }

  set(name, value) {
    if (!this.#isTrue("set", name, value)) throw this.#failure("lms-save", `${name}: `);
  }

  /** Set an element that an LMS need not have; false when it has not. */
  setOptional(name, value) {
    if (this.#isTrue("set", name, value)) return true;
    if (this.#lastError() === this.#functions.notImplemented) return false;
    throw this.#failure("lms-save", `${name}: `);
  }

  commit() {
    if (!this.#isTrue("commit", "")) throw this.#failure("lms-save", `${this.#functions.commit}: `);
  }

  finish() {
    if (!this.#isTrue("finish", "")) throw this.#failure("lms-save", `${this.#functions.finish}: `);
  }

  #isTrue(name, ...values) {
    return String(this.#call(name, ...values)) === "true";
  }

  #call(name, ...values) {
    const called = this.#functions[name];
    try {
      return this.#api[called](...values);
    } catch (error) {
      throw new Failure("lms-save", { retryable: true, detail: `${called}: ${error}` });
    }
  }

  /** "" where even that cannot be asked. */
  #lastError() {
    try {
      return String(this.#call("lastError"));
    } catch {
      return "";
    }
  }

  #failure(code, place = "") {
    const number = this.#lastError();
    const words = ["errorString", "diagnostic"].map((name) => this.#said(name, number));
    return new Failure(code, {
      retryable: !this.#functions.ourFaults.has(number),
      detail: `${place}${[...new Set(words.filter(Boolean))].join(" – ")}`,
      reference: `SCORM ${number}`,
    });
  }

  #said(name, number) {
    try {
      return this.#call(name, number);
    } catch {
      return "";
    }
  }
}
