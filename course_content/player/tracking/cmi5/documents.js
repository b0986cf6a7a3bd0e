/** A document of ours in the LMS (xAPI 1.0.3, part 3, 2.3), which another window may change too. */

const TRIES = 4;

/**
 * What a tag of the store may have become on its way: nothing else, weak as nginx makes those of
 * what it deflates, with a suffix as Apache does. Where even that is not taken, there is none.
 */
const READINGS = [
  (tag) => tag,
  (tag) => tag?.replace(/^W\/|-(?:gzip|br|deflate|zstd)(?="$)/g, "") ?? null,
  () => null,
];

/** The same text for the same content, whatever order a store keeps its names in. */
function written(content) {
  const isObject = (value) => value?.constructor === Object;
  return JSON.stringify(content, (_name, value) =>
    isObject(value) ? Object.fromEntries(Object.entries(value).sort()) : value,
  );
}

export class StateDocument {
  #lrs;
  #query;
  #etag = null;
  #readings = [...READINGS];
  /** What the LMS is known to have, as JSON. */
  #known = null;

  /**
   * @param {import("./session.js").Session} session
   * @param {string} name
   */
  constructor(session, name) {
    this.#lrs = session.lrs;
    this.#query = session.stateQuery(name);
  }

  /** @returns {Promise<object|null>} null when there is none yet */
  async read() {
    const { content, etag } = await this.#lrs.ask("GET", "activities/state", this.#query);
    this.#etag = this.#readings[0](etag);
    this.#known = written(content);
    return content;
  }

  /**
   * Keep a value, put together with what somebody else kept since.
   * @param {object} value
   * @param {(ours: object, theirs: object) => object} together
   * @param {{isLast?: boolean}} [options] when the page goes, there is no time for another try
   * @returns {Promise<object>} what is kept now
   * @throws {Failure}
   */
  async write(value, together, { isLast = false } = {}) {
    let ours = value;
    for (let tries = 1; ; tries += 1) {
      try {
        await this.#put(ours, isLast);
        return ours;
      } catch (failure) {
        if (failure.reason !== "conflict" || isLast || tries === TRIES) throw failure;
        const theirs = await this.#reread();
        if (theirs !== null) ours = together(ours, theirs);
      }
    }
  }

  /** Where nobody wrote, it was the tag that the store did not know. */
  async #reread() {
    const known = this.#known;
    const theirs = await this.read();
    if (known !== this.#known || this.#readings.length === 1) return theirs;
    this.#readings.shift();
    this.#etag = this.#readings[0](this.#etag);
    return theirs;
  }

  async #put(value, isLast) {
    const text = written(value);
    if (text === this.#known) return;
    const options = { body: value, headers: this.#condition() };
    const { etag } = await this.#lrs.ask("PUT", "activities/state", this.#query, options);
    this.#known = text;
    this.#etag = this.#readings[0](etag);
    // Not every store says so in its reply.
    if (etag === null && !isLast) await this.#learnTag(text);
  }

  /** Without a tag, on stores that tell none or hide it from pages, the last one wins. */
  #condition() {
    if (this.#etag !== null) return { "If-Match": this.#etag };
    return this.#known === "null" ? { "If-None-Match": "*" } : {};
  }

  async #learnTag(text) {
    const { content, etag } = await this.#lrs.ask("GET", "activities/state", this.#query);
    if (written(content) === text) this.#etag = this.#readings[0](etag);
  }
}
