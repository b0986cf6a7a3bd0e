/**
 * Works that a server takes in for an instructor.
 *
 * @typedef {object} HandIns
 * @property {(workshopId: string, share: object|null) => Promise<Handed>} of what was handed in
 *   so far; `share` is with whom the work is made
 * @property {(workshopId: string, share: object|null, number: number) => Promise<Handed>} handIn
 *   the work as it stands, as the `number`-th; the same number again makes no second copy
 *
 * @typedef {{submissions: Submission[], obstacle: string|null, lateSeconds: number|null}} Handed
 *   the latest comes last; `obstacle` is why nothing can be handed in now, `lateSeconds` by how
 *   much it was late when it was first handed in
 * @typedef {{number: number, handedInAt: string, state: "handed_in"|"returned"|"accepted",
 *   decision: Decision|null}} Submission
 * @typedef {{marks: Record<string, number>, comment: string, points: number,
 *   maximum: number}} Decision
 */
import { workPath } from "./works.js";

/** Whose work it is: one's own, a group's, or what the server knows of who has not chosen yet. */
function groupOf(share) {
  if (!share) return { group: "" };
  return share.id ? { group: share.id } : {};
}

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

  of(workshopId, share) {
    const { group } = groupOf(share);
    const query = group === undefined ? "" : `?group=${encodeURIComponent(group)}`;
    return this.#api.askPatiently("GET", this.#path(workshopId) + query);
  }

  async handIn(workshopId, share, number) {
    await this.#settle();
    const body = { number, ...groupOf(share) };
    return this.#api.askPatiently("POST", this.#path(workshopId), { body });
  }

  #path(workshopId) {
    return `${workPath(workshopId)}/submissions`;
  }
}
