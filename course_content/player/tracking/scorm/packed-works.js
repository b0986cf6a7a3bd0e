/**
 * A work in as few characters as an LMS's suspend data leaves room for: deflated (RFC 1951), then
 * written in base64url (RFC 4648, 5), which every LMS keeps as it is.
 *
 * A browser deflates in its own time, and a page that closes has none. What changed since is
 * therefore written after a `~`, not deflated, until the next deflating has taken it up.
 */
import { changed, checkedChanges, together } from "../../works.js";

const FORMAT = "deflate-raw";
const SINCE = "~";

/** One work, always ready to be told to the LMS. */
export class PackedWork {
  #text;
  #since = {};
  #latest = null;

  /** @param {string} [text] as the LMS kept it */
  constructor(text = "") {
    this.#text = text;
  }

  /** @returns {string|null} null where the browser cannot deflate */
  get text() {
    if (this.#text === null || Object.keys(this.#since).length === 0) return this.#text;
    const bytes = new TextEncoder().encode(JSON.stringify(this.#since));
    return `${this.#text}${SINCE}${base64url(bytes)}`;
  }

  /**
   * Take up a work as it stands after these changes.
   * @param {import("../../works.js").Work} records
   * @param {import("../../works.js").Work} changes
   */
  async keep(records, changes) {
    this.#latest = records;
    this.#since = together(this.#since, changes);
    const text = await packed(records);
    // A later change is being packed already.
    if (records !== this.#latest) return;
    this.#text = text;
    this.#since = {};
  }
}

/** @returns {Promise<string|null>} null where the browser cannot deflate */
async function packed(work) {
  if (typeof CompressionStream === "undefined") return null;
  const deflated = new CompressionStream(FORMAT);
  return base64url(new Uint8Array(await through(new Blob([JSON.stringify(work)]), deflated)));
}

/** @returns {Promise<import("../../works.js").Work|null>} null for no such text */
export async function unpacked(text) {
  const [deflated, ...since] = text.split(SINCE);
  try {
    const records = deflated === "" ? {} : await inflated(deflated);
    return since.map((part) => decoded(bytesOf(part))).reduce(changed, records);
  } catch {
    return null;
  }
}

async function inflated(text) {
  const stream = new DecompressionStream(FORMAT);
  return decoded(await through(new Blob([bytesOf(text)]), stream));
}

function decoded(bytes) {
  return checkedChanges(JSON.parse(new TextDecoder().decode(bytes)));
}

function base64url(bytes) {
  const text = btoa(Array.from(bytes, (byte) => String.fromCharCode(byte)).join(""));
  return text.replaceAll("+", "-").replaceAll("/", "_").replaceAll("=", "");
}

function bytesOf(text) {
  const characters = atob(text.replaceAll("-", "+").replaceAll("_", "/"));
  return Uint8Array.from(characters, (character) => character.charCodeAt(0));
}

function through(blob, transform) {
  return new Response(blob.stream().pipeThrough(transform)).arrayBuffer();
}
