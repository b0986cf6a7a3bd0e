/**
 * A session: what the LMS gives at launch (cmi5, 8.1, 8.2, 10 and 11), and what this window has to
 * remember of it when it is reloaded, since the token can be had only once.
 *
 * @typedef {{endpoint: string, fetch: string, actor: object, registration: string,
 *   activityId: string}} Launch
 */
import { Failure } from "../failure.js";
import { Lrs, patiently } from "./lrs.js";

const NAMES = ["endpoint", "fetch", "actor", "registration", "activityId"];
const LAUNCH_DATA = "LMS.LaunchData";
const PREFERENCES = "cmi5LearnerPreferences";

/** @returns {string|null} the address, if it is one of the web */
export function webAddress(text) {
  return /^https?:\/\/[^/]/i.test(text ?? "") ? text : null;
}

/**
 * @param {Location} location
 * @returns {Launch|null} null where no LMS launched this page
 */
export function launchOf({ search }) {
  const given = new URLSearchParams(search);
  const launch = Object.fromEntries(NAMES.map((name) => [name, given.get(name) ?? ""]));
  try {
    launch.actor = JSON.parse(launch.actor);
  } catch {
    return null;
  }
  const isWhole =
    webAddress(launch.endpoint) &&
    webAddress(launch.fetch) &&
    launch.actor?.constructor === Object &&
    launch.registration &&
    launch.activityId;
  return isWhole ? launch : null;
}

export class Session {
  #storage;
  #place;
  #kept;

  /**
   * @param {Launch} launch
   * @param {Storage|null} storage the window's own, if it has one
   */
  constructor(launch, storage) {
    this.launch = launch;
    this.#storage = storage;
    // With the endpoint, or a made-up launch could have the token sent to another one.
    this.#place = `arrimage:cmi5:${launch.endpoint} ${launch.fetch}`;
    this.#kept = this.#read();
  }

  /**
   * Get the token, once, and what the LMS says of this session.
   * @param {typeof fetch} fetch
   * @throws {Failure}
   */
  async open(fetch) {
    if (!this.#kept.token) this.remember({ token: await newToken(fetch, this.launch.fetch) });
    this.lrs = new Lrs(fetch, this.launch.endpoint, this.#kept.token);
    const [{ content: data }, preferences] = await Promise.all([
      patiently(() => this.lrs.ask("GET", "activities/state", this.stateQuery(LAUNCH_DATA))),
      this.#preferences(),
    ]);
    if (!data?.contextTemplate) throw new Failure("lms-initialize");
    this.data = data;
    this.preferences = preferences;
    this.remember({ startedAt: this.startedAt ?? new Date().toISOString() });
  }

  /** @param {string} stateId of a document of this learner, registration and unit */
  stateQuery(stateId) {
    const { actor, registration, activityId } = this.launch;
    return { activityId, agent: JSON.stringify(actor), registration, stateId };
  }

  /** @returns {string|undefined} when the session began, ISO 8601 */
  get startedAt() {
    return this.#kept.startedAt;
  }

  /** Whether the LMS was told of the end: nothing may be told afterwards. */
  get isOver() {
    return this.#kept.isOver ?? false;
  }

  /** The verbs of the statements that the LMS was told in this session. */
  get told() {
    return this.#kept.told ?? [];
  }

  /** What was not told yet when the window was reloaded. */
  get waiting() {
    return this.#kept.waiting ?? [];
  }

  /** @param {{token?: string, startedAt?: string, isOver?: boolean, told?: string[],
   *   waiting?: object[]}} facts */
  remember(facts) {
    this.#kept = { ...this.#kept, ...facts };
    try {
      this.#storage?.setItem(this.#place, JSON.stringify(this.#kept));
    } catch {
      // A window without storage works as long as it is not reloaded.
    }
  }

  #read() {
    try {
      return JSON.parse(this.#storage?.getItem(this.#place) ?? "{}");
    } catch {
      return {};
    }
  }

  /** An LMS that keeps no preferences, or does not tell them, is no obstacle (cmi5, 11). */
  async #preferences() {
    const query = { agent: JSON.stringify(this.launch.actor), profileId: PREFERENCES };
    try {
      return (await this.lrs.ask("GET", "agents/profile", query)).content ?? {};
    } catch {
      return {};
    }
  }
}

/** Only what never arrived may be asked for again: the LMS gives the token once. */
async function newToken(fetch, address) {
  const reply = await patiently(() => asked(fetch, address));
  const token = reply?.["auth-token"];
  if (typeof token === "string" && /^[\x21-\x7e]+$/.test(token)) return token;
  const detail = String(reply?.["error-text"] ?? "").slice(0, 300);
  throw new Failure("lms-initialize", { detail });
}

async function asked(fetch, address) {
  try {
    const response = await fetch(address, { method: "POST", cache: "no-store" });
    return await response.json().catch(() => null);
  } catch {
    throw new Failure("lms-initialize", { retryable: true });
  }
}
