/**
 * Finding the LMS's API object (SCORM 1.2 RTE, 3.3.6.1), and calling it with every reply checked.
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

/** The API object of this very window, if it has one that answers. */
function apiOf(window) {
  const api = peek(window, "API");
  return api && typeof peek(api, "LMSInitialize") === "function" ? api : null;
}

/**
 * Look in the window, its parents, and the openers of all of these with their parents.
 * @returns {object|null}
 */
export function findApi(window) {
  const waiting = [window];
  const seen = new Set();
  while (waiting.length > 0 && seen.size < MOST_WINDOWS) {
    const current = waiting.shift();
    if (seen.has(current)) continue;
    seen.add(current);
    const api = apiOf(current);
    if (api) return api;
    // Parents first: the specification's order.
    const parent = peek(current, "parent");
    const opener = peek(current, "opener");
    if (parent) waiting.unshift(parent);
    if (opener) waiting.push(opener);
  }
  return null;
}

/** Faults of what we said rather than of the LMS: saying it again does not help (RTE, 3.3.5). */
const OUR_FAULTS = new Set(["201", "202", "203", "401", "402", "403", "404", "405"]);
const NOT_IMPLEMENTED = "401";

/** The API's functions, with Failures for replies that say no. */
export class Lms12 {
  #api;

  constructor(api) {
    this.#api = api;
  }

  /**
   * An LMS that says no although the session is open, after a reload say, is taken at its deeds.
   * @throws {Failure}
   */
  initialize() {
    if (this.#isTrue("LMSInitialize", "")) return;
    const failure = this.#failure("lms-initialize");
    this.#call("LMSGetValue", "cmi.core.lesson_status");
    if (this.#lastError() !== "0") throw failure;
  }

  /** @returns {string} "" for what the LMS does not have */
  get(name) {
    return String(this.#call("LMSGetValue", name) ?? "");
  }

  set(name, value) {
    if (!this.#isTrue("LMSSetValue", name, value)) throw this.#failure("lms-save", `${name}: `);
  }

  /** Set an element that an LMS need not have; false when it has not. */
  setOptional(name, value) {
    if (this.#isTrue("LMSSetValue", name, value)) return true;
    if (this.#lastError() === NOT_IMPLEMENTED) return false;
    throw this.#failure("lms-save", `${name}: `);
  }

  commit() {
    if (!this.#isTrue("LMSCommit", "")) throw this.#failure("lms-save", "LMSCommit: ");
  }

  finish() {
    if (!this.#isTrue("LMSFinish", "")) throw this.#failure("lms-save", "LMSFinish: ");
  }

  #isTrue(name, ...values) {
    return String(this.#call(name, ...values)) === "true";
  }

  #call(name, ...values) {
    try {
      return this.#api[name](...values);
    } catch (error) {
      throw new Failure("lms-save", { retryable: true, detail: `${name}: ${error}` });
    }
  }

  #lastError() {
    return String(this.#call("LMSGetLastError"));
  }

  #failure(code, place = "") {
    const number = this.#lastError();
    const words = [
      this.#call("LMSGetErrorString", number),
      this.#call("LMSGetDiagnostic", number),
    ].filter(Boolean);
    return new Failure(code, {
      retryable: !OUR_FAULTS.has(number),
      detail: `${place}${[...new Set(words)].join(" – ")}`,
      reference: `SCORM ${number}`,
    });
  }
}
