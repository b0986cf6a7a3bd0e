/** What the LMS does not have yet, in this browser: it outlives a window that closes too soon. */

export class Backup {
  #storage;
  #place;

  /**
   * @param {Storage|null} storage
   * @param {import("./session.js").Launch} launch
   */
  constructor(storage, { endpoint, registration, activityId }) {
    this.#storage = storage;
    // With the endpoint, or a made-up launch could have the work sent to another one.
    this.#place = `arrimage:cmi5:${endpoint} ${registration} ${activityId}`;
  }

  /** @returns {unknown} null when there is none, or it is damaged */
  read(part) {
    try {
      return JSON.parse(this.#storage?.getItem(`${this.#place}:${part}`) ?? "null");
    } catch {
      return null;
    }
  }

  keep(part, content) {
    try {
      this.#storage?.setItem(`${this.#place}:${part}`, JSON.stringify(content));
    } catch {
      // Without room there is no backup; that the LMS has nothing yet is on the screen already.
    }
  }

  forget(part) {
    try {
      this.#storage?.removeItem(`${this.#place}:${part}`);
    } catch {
      // As above.
    }
  }
}
