/**
 * The units of a package: those that the document holds, and those beside it, `unit-<id>.js`.
 *
 * Beside it, so that nobody waits for the whole course before its first page. Scripts, because a
 * page that was opened from a disk may not fetch anything else.
 */
import { Failure } from "./failure.js";

export class PackagedUnits {
  #document;
  #units;
  #keys;
  #awaited = new Map();
  /** What is wrong where a unit does not come. */
  #lack;

  /**
   * @param {{units: Record<string, object>, keys: Record<string, Record<string, object>>}} boot
   *   the keys of units that are not here yet have no feedback, and get it with their unit
   * @param {Window} window
   */
  constructor({ units, keys }, window) {
    this.#document = window.document;
    this.#lack = window.location?.protocol === "file:" ? "no-file" : "offline";
    this.#units = { ...units };
    this.#keys = keys;
    window.arrimageUnit = (unit) => this.#take(unit);
  }

  /** @returns {Promise<import("../tracking.js").UnitContent>} */
  async content(unitId) {
    if (!this.#units[unitId]) await this.#arrival(unitId);
    return this.#units[unitId];
  }

  #arrival(unitId) {
    if (!this.#awaited.has(unitId)) {
      const arrival = this.#load(unitId).finally(() => this.#awaited.delete(unitId));
      this.#awaited.set(unitId, arrival);
    }
    return this.#awaited.get(unitId);
  }

  #load(unitId) {
    return new Promise((resolve, reject) => {
      const script = this.#document.createElement("script");
      const fail = () => reject(new Failure(this.#lack, { retryable: true }));
      script.src = `unit-${unitId}.js`;
      script.addEventListener("load", () => (this.#units[unitId] ? resolve() : fail()));
      script.addEventListener("error", fail);
      this.#document.head.append(script);
      script.remove();
    });
  }

  #take({ content, feedback }) {
    this.#units[content.id] = content;
    for (const [activity, questions] of Object.entries(feedback)) {
      for (const [question, said] of Object.entries(questions)) {
        this.#keys[activity][question].feedback = said;
      }
    }
  }
}
