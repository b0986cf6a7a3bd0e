/**
 * Works where an LMS keeps 4,096 characters: in it as long as they have room, and in this browser.
 *
 * A work that has no room is marked in the browser that has it. It is never given up for what the
 * LMS has of it later, made in another browser: both are put together. A course may be several
 * packages, or SCOs, which share one place in the browser: each writes its own workshops there and
 * no other. An LMS lets no SCO see what another one made: what a workshop reads of another unit is
 * what this browser has of it (ADR 0027).
 */
import { Workpiece, changed } from "../../works.js";
import { WorkShelf, readWorks, writeWorks } from "../works.js";
import { PackedWork, unpacked } from "./packed-works.js";
import { NO_ROOM } from "./suspend-data.js";

export class LmsWorks {
  #workshops;
  #storage;
  #isShared;
  #onChange;
  #place = "";
  #records = {};
  /** The same, as the LMS is told. */
  #packed = {};
  /** The workshops whose work this browser has and the LMS has not. */
  #onlyHere = [];
  #isKeptHere;

  /**
   * @param {string[]} workshops of this package
   * @param {{storage: Storage|null, isShared: boolean}} browser its storage, if it has one; what
   *   the LMS has is shared with other SCOs there
   * @param {() => void} onChange is told when there is something to tell the LMS
   */
  constructor(workshops, { storage, isShared }, onChange) {
    this.#workshops = workshops;
    this.#storage = storage;
    this.#isShared = isShared;
    this.#onChange = onChange;
    this.#isKeptHere = storage !== null;
    this.shelf = new WorkShelf(async (id) => this.#open(id));
  }

  /** Every work that was begun, packed, by workshop; null for one that could not be. */
  get texts() {
    return Object.fromEntries(Object.entries(this.#packed).map(([id, { text }]) => [id, text]));
  }

  /**
   * Take up what the LMS and this browser kept.
   * @param {string} place where this browser keeps the works of this learner; "" for nowhere
   * @param {Record<string, string>} texts what the LMS kept
   * @returns {Promise<boolean>} whether all that was made is here
   */
  async resume(place, texts) {
    this.#place = place;
    if (place === "") {
      this.#storage = null;
      this.#isKeptHere = false;
    }
    const here = readWorks(this.#storage, place);
    this.#onlyHere = this.#marked().filter((id) => this.#workshops.includes(id));
    const begun = new Set([...Object.keys(texts), ...this.#onlyHere]);
    const found = await Promise.all([...begun].map((id) => this.#take(id, texts[id], here[id])));
    if (this.#isShared && found.length > 0) this.#isKeptHere = this.#write();
    return found.every(Boolean);
  }

  /** @returns {Promise<boolean>} false when the work is neither in the LMS nor here */
  async #take(id, text = NO_ROOM, here = undefined) {
    const kept = text === NO_ROOM ? null : await unpacked(text);
    const isMarked = text === NO_ROOM || this.#onlyHere.includes(id);
    if (isMarked && here) {
      this.#records[id] = changed(here, kept ?? {});
      this.#packed[id] = new PackedWork();
      await this.#packed[id].keep(this.#records[id], {});
      return true;
    }
    if (kept === null) return false;
    this.#records[id] = kept;
    this.#packed[id] = new PackedWork(text);
    return true;
  }

  /**
   * Say which works the LMS has no room for: this browser marks them.
   * @param {string[]} unkept workshops
   * @returns {boolean} whether this browser keeps them
   */
  mark(unkept) {
    if (String(unkept) !== String(this.#onlyHere)) {
      this.#onlyHere = unkept;
      this.#isKeptHere = this.#write();
    }
    return this.#isKeptHere;
  }

  #open(id) {
    if (!this.#workshops.includes(id)) {
      const piece = new Workpiece(readWorks(this.#storage, this.#place)[id] ?? {}, () => {});
      return Object.assign(piece, { isBorrowed: true });
    }
    const piece = new Workpiece(this.#records[id] ?? {}, (changes) =>
      this.#keep(id, piece.records, changes),
    );
    return piece;
  }

  async #keep(id, records, changes) {
    this.#records = { ...this.#records, [id]: records };
    this.#packed[id] ??= new PackedWork();
    this.#isKeptHere = this.#write();
    const packing = this.#packed[id].keep(records, changes);
    this.#onChange();
    await packing;
  }

  #write() {
    const works = { ...readWorks(this.#storage, this.#place), ...this.#records };
    const others = this.#marked().filter((id) => !this.#workshops.includes(id));
    try {
      this.#storage?.setItem(this.#markName, JSON.stringify([...others, ...this.#onlyHere]));
    } catch {
      return false;
    }
    return writeWorks(this.#storage, this.#place, works);
  }

  #marked() {
    try {
      const marked = JSON.parse(this.#storage?.getItem(this.#markName) ?? "[]");
      return Array.isArray(marked) ? marked.filter((id) => typeof id === "string") : [];
    } catch {
      return [];
    }
  }

  get #markName() {
    return `${this.#place}:only-here`;
  }
}
