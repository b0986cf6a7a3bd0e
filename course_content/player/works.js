/**
 * What a learner makes in a workshop: records, changed field by field.
 *
 * The twin of course_content/works.py; both are held to tests/vectors/works.json. A work maps a
 * record's id to its fields; a change has the same shape and says only what changes. null takes a
 * field away; a record is never taken away, only marked `removed`.
 *
 * @typedef {Record<string, Record<string, null|boolean|number|string|string[]>>} Work
 */
import { Signal } from "./signal.js";

export const MOST_RECORDS = 400;
const MOST_FIELDS = 60;
export const LONGEST_TEXT = 6000;
const MOST_WORDS = 60;
const RECORD_ID = /^[a-z0-9](?:[a-z0-9-]{0,38}[a-z0-9])?$/;
const FIELD = /^[a-z][A-Za-z0-9]{0,39}$/;
const STEPS_BACK = 200;
/** What no server, platform or file of ours takes: null characters, halves of characters. */
const UNREADABLE = /[\0\ud800-\udfff]/gu;

/** What was brought is no work: a file of something else, or one that was damaged. */
export class InvalidWork extends Error {
  name = "InvalidWork";
}

/**
 * Return changes that came from outside, such as a file.
 * @param {unknown} changes
 * @returns {Work}
 * @throws {InvalidWork}
 */
export function checkedChanges(changes) {
  if (!isObject(changes)) throw new InvalidWork();
  const entries = Object.entries(changes);
  if (entries.length > MOST_RECORDS) throw new InvalidWork();
  for (const [name, record] of entries) {
    if (!RECORD_ID.test(name) || !isObject(record)) throw new InvalidWork();
    const fields = Object.entries(record);
    const isRight = fields.every(([field, value]) => FIELD.test(field) && isValue(value));
    if (!isRight || fields.length > MOST_FIELDS) throw new InvalidWork();
  }
  return changes;
}

/**
 * Return a work after changes.
 * @param {Work} work
 * @param {Work} changes
 * @returns {Work}
 */
export function changed(work, changes) {
  const records = { ...work };
  for (const [name, fields] of Object.entries(changes)) {
    const before = Object.hasOwn(records, name) ? records[name] : {};
    const kept = Object.entries({ ...before, ...fields }).filter(([, value]) => value !== null);
    if (kept.length > 0) records[name] = Object.fromEntries(kept);
    else delete records[name];
  }
  return records;
}

/** The changes that would undo these ones. */
export function inverse(work, changes) {
  return mapFields(changes, (name, field) => valueOf(work, name, field));
}

/** Both changes as one; the later one wins where both say something. */
export function together(earlier, later) {
  const both = { ...earlier };
  for (const [name, fields] of Object.entries(later)) {
    both[name] = { ...(Object.hasOwn(both, name) ? both[name] : {}), ...fields };
  }
  return both;
}

function valueOf(work, name, field) {
  const record = Object.hasOwn(work, name) ? work[name] : {};
  return Object.hasOwn(record, field) ? record[field] : null;
}

function mapFields(changes, value) {
  return Object.fromEntries(
    Object.entries(changes).map(([name, fields]) => [
      name,
      Object.fromEntries(Object.keys(fields).map((field) => [field, value(name, field)])),
    ]),
  );
}

function isSame(one, other) {
  return JSON.stringify(one) === JSON.stringify(other);
}

function isObject(value) {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}

function isValue(value) {
  if (Array.isArray(value)) return value.length <= MOST_WORDS && value.every(isText);
  if (typeof value === "number") return Math.abs(value) <= 2 ** 53;
  return value === null || typeof value === "boolean" || isText(value);
}

function isText(value) {
  return (
    typeof value === "string" &&
    [...value].length <= LONGEST_TEXT &&
    value.search(UNREADABLE) < 0
  );
}

/** What was typed or pasted, as all that keeps it can read it. */
export function readable(value) {
  if (Array.isArray(value)) return value.map(readable);
  return typeof value === "string" ? value.replace(UNREADABLE, "\ufffd") : value;
}

/** Eighty random bits, from what is there without a secure context too. */
function newId() {
  const bytes = globalThis.crypto.getRandomValues(new Uint8Array(10));
  return [...bytes].map((byte) => byte.toString(16).padStart(2, "0")).join("");
}

/**
 * A work on the screen: what it is, what was done to it, and the way back.
 *
 * `onChange` gets every change to be kept; `changed` tells whoever shows the work. `share` says
 * with whom it is made, null for one's own; `refresh` asks what the others did, `own` for what one
 * made before one had a group. `isBorrowed` says that it is made in another SCO, and that what is
 * here is what this browser has of it.
 */
export class Workpiece {
  #onChange;
  #past = [];
  #future = [];

  /**
   * @param {Work} work
   * @param {(changes: Work) => void} onChange
   */
  constructor(work, onChange) {
    this.records = work;
    this.#onChange = onChange;
    this.changed = new Signal(null);
    /** @type {object|null} */
    this.share = null;
    /** @type {() => Promise<void>} */
    this.refresh = async () => {};
    /** @type {() => Promise<Work>} */
    this.own = async () => ({});
  }

  /** The records of one type that are not removed, in the order in which they were made. */
  all(type) {
    return Object.entries(this.records)
      .filter(([, record]) => record.type === type && !record.removed)
      .map(([id, record]) => ({ ...record, id }))
      .sort((one, other) => (one.order ?? 0) - (other.order ?? 0));
  }

  /** The record of that id, or undefined when there is none or it is removed. */
  get(id) {
    const record = Object.hasOwn(this.records, id) ? this.records[id] : undefined;
    return record && !record.removed ? { ...record, id } : undefined;
  }

  /** Add a record, and return its id, which no other window or person will make too. */
  add(type, fields) {
    const id = newId();
    const orders = Object.values(this.records).map((record) => record.order ?? 0);
    const order = 1 + Math.max(0, ...orders);
    this.change({ [id]: { type, order, ...fields } });
    return id;
  }

  /**
   * Changes of one run, such as the typing of one word, are undone together. What is written to a
   * record that somebody removed meanwhile brings it back.
   * @param {Work} written
   * @param {string} [run] names the run
   */
  change(written, run) {
    const changes = mapFields(written, (name, field) => readable(written[name][field]));
    for (const name of Object.keys(written)) {
      const isGone = valueOf(this.records, name, "removed");
      if (isGone) changes[name] = { removed: null, ...changes[name] };
    }
    const step = { done: changes, undone: inverse(this.records, changes), run };
    const last = this.#past.at(-1);
    if (run !== undefined && last?.run === run && this.#future.length === 0) {
      this.#past.pop();
      step.done = together(last.done, changes);
      step.undone = together(step.undone, last.undone);
    }
    this.#past.push(step);
    if (this.#past.length > STEPS_BACK) this.#past.shift();
    this.#future = [];
    this.#apply(changes);
  }

  /** Take what others did, which is not ours to undo. */
  replace(work) {
    this.records = work;
    this.changed.set(null);
  }

  get canUndo() {
    return this.#past.some((step) => this.#takingBack(step));
  }

  get canRedo() {
    return this.#future.some((step) => this.#takingBack(step));
  }

  undo() {
    this.#takeBack(this.#past, this.#future);
  }

  redo() {
    this.#takeBack(this.#future, this.#past);
  }

  #takeBack(from, to) {
    while (from.length > 0) {
      const changes = this.#takingBack(from.pop());
      if (!changes) continue;
      to.push({ done: changes, undone: inverse(this.records, changes) });
      this.#apply(changes);
      return;
    }
  }

  /** The changes that take a step back where nobody else wrote since; null when there are none. */
  #takingBack({ done, undone }) {
    const changes = {};
    for (const [name, fields] of Object.entries(undone)) {
      const isOurs = (field) => isSame(valueOf(this.records, name, field), done[name][field]);
      const names = Object.keys(fields).filter(isOurs);
      if (names.length === 0) continue;
      const isWhole =
        names.length === Object.keys(fields).length &&
        Object.keys(this.records[name] ?? {}).every((field) => field in fields);
      changes[name] =
        fields.type === null && !isWhole
          ? { removed: true }
          : Object.fromEntries(names.map((field) => [field, fields[field]]));
    }
    return Object.keys(changes).length > 0 ? changes : null;
  }

  #apply(changes) {
    this.records = changed(this.records, changes);
    this.#onChange(changes);
    this.changed.set(null);
  }
}
