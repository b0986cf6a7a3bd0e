/** The units of a course that a server sends one by one, where answers are marked here. */
import { LtiApi } from "./lti-api.js";

export class ServedUnits {
  #api;
  #keys;
  #units = new Map();

  /**
   * @param {{session: string, keys: Record<string, Record<string, object>>}} boot the keys have no
   *   feedback, and get it with their unit
   * @param {Window} window
   */
  constructor({ session, keys }, window) {
    this.#api = new LtiApi(window.fetch.bind(window), session);
    this.#keys = keys;
  }

  /**
   * @returns {Promise<import("../tracking.js").UnitContent>}
   * @throws {Failure}
   */
  async content(unitId) {
    if (!this.#units.has(unitId)) {
      const path = `/dispatch/units/${encodeURIComponent(unitId)}`;
      const { content, feedback } = await this.#api.askPatiently("GET", path);
      this.#units.set(unitId, content);
      for (const [activity, questions] of Object.entries(feedback)) {
        for (const [question, said] of Object.entries(questions)) {
          this.#keys[activity][question].feedback = said;
        }
      }
    }
    return this.#units.get(unitId);
  }
}
