/**
 * Works that a server takes in for an instructor.
 *
 * @typedef {object} HandIns
 * @property {(workshopId: string) => Promise<Handed>} of what was handed in so far
 * @property {(workshopId: string, number: number) => Promise<Handed>} handIn the work as it
 *   stands, as the `number`-th; the same number again makes no second copy
 *
 * @typedef {{submissions: Submission[], obstacle: string|null}} Handed the latest comes last;
 *   `obstacle` is why nothing can be handed in now
 * @typedef {{number: number, handedInAt: string, state: "handed_in"|"returned"|"accepted",
 *   decision: Decision|null}} Submission
 * @typedef {{marks: Record<string, number>, comment: string, points: number,
 *   maximum: number}} Decision
 */
import { workPath } from "./works.js";

/** @implements {HandIns} */
export class ServedHandIns {
  #api;
  #settle;

  /**
   * @param {import("./lti-api.js").LtiApi} api
   * @param {() => Promise<void>} settle comes back once the server has all that was made
   */
  constructor(api, settle) {
    this.#api = api;
    this.#settle = settle;
  }

  of(workshopId) {
    return this.#api.askPatiently("GET", this.#path(workshopId));
  }

  async handIn(workshopId, number) {
    await this.#settle();
    return this.#api.askPatiently("POST", this.#path(workshopId), { body: { number } });
  }

  #path(workshopId) {
    return `${workPath(workshopId)}/submissions`;
  }
}
