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
  if (!isObject(changes)) throw new InvalidWork("Changes are an object of records.");
  const entries = Object.entries(changes);
  if (entries.length > MOST_RECORDS) throw new InvalidWork("Too many records.");
  for (const [name, record] of entries) {
    if (!RECORD_ID.test(name) || !isObject(record)) throw new InvalidWork("No such record.");
    const fields = Object.entries(record);
    const isRight = fields.every(([field, value]) => FIELD.test(field) && isValue(value));
    if (!isRight || fields.length > MOST_FIELDS) throw new InvalidWork("No such field.");
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
  const before = (name, field) => (Object.hasOwn(work, name) ? own(work[name], field) : null);
  return mapFields(changes, before);
}

/** Both changes as one; the later one wins where both say something. */
export function together(earlier, later) {
  const both = { ...earlier };
  for (const [name, fields] of Object.entries(later)) {
    both[name] = { ...(Object.hasOwn(both, name) ? both[name] : {}), ...fields };
  }
  return both;
}

function own(record, field) {
  return Object.hasOwn(record, field) ? record[field] : null;
}

function mapFields(changes, valueOf) {
  return Object.fromEntries(
    Object.entries(changes).map(([name, fields]) => [
      name,
      Object.fromEntries(Object.keys(fields).map((field) => [field, valueOf(name, field)])),
    ]),
  );
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
    !value.includes("\0") &&
    !/[\ud800-\udfff]/u.test(value)
  );
}

/** Eighty random bits, from what is there without a secure context too. */
function newId() {
  const bytes = globalThis.crypto.getRandomValues(new Uint8Array(10));
  return [...bytes].map((byte) => byte.toString(16).padStart(2, "0")).join("");
}

/**
 * A work on the screen: what it is, what was done to it, and the way back.
 *
 * `onChange` gets every change to be kept; `changed` tells whoever shows the work.
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
   * Changes of one run, such as the typing of one word, are undone together.
   * @param {Work} changes
   * @param {string} [run] names the run
   */
  change(changes, run) {
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
    return this.#past.length > 0;
  }

  get canRedo() {
    return this.#future.length > 0;
  }

  undo() {
    const step = this.#past.pop();
    if (!step) return;
    this.#future.push(step);
    this.#apply(step.undone);
  }

  redo() {
    const step = this.#future.pop();
    if (!step) return;
    this.#past.push(step);
    this.#apply(step.done);
  }

  #apply(changes) {
    this.records = changed(this.records, changes);
    this.#onChange(changes);
    this.changed.set(null);
  }
}
