/** Statements on their way: together, in their order, each kept until the LMS has it. */

export class Outbox {
  #lrs;
  #waiting;

  /**
   * @param {import("./lrs.js").Lrs} lrs
   * @param {object[]} waiting statements that an earlier page could not send
   */
  constructor(lrs, waiting) {
    this.#lrs = lrs;
    this.#waiting = waiting;
  }

  get waiting() {
    return this.#waiting;
  }

  add(statement) {
    this.#waiting.push(statement);
  }

  /**
   * @returns {Promise<{told: object[], refused?: Failure}>} the statements that the LMS has, and
   *   why it will never take one: that is given up, and does not stand in the way of the others
   * @throws {Failure} when they stay here
   */
  async send() {
    const batch = [...this.#waiting];
    if (batch.length === 0) return { told: [] };
    try {
      await this.#lrs.ask("POST", "statements", {}, { body: batch });
    } catch (failure) {
      if (failure.retryable || failure.code !== "lms-save") throw failure;
      return this.#sendApart(batch);
    }
    this.#waiting = this.#waiting.slice(batch.length);
    return { told: batch };
  }

  /** One that the LMS has already, or refuses, makes it refuse all that come with it. */
  async #sendApart(batch) {
    const told = [];
    let refused;
    for (const statement of batch) {
      try {
        await this.#lrs.ask("PUT", "statements", { statementId: statement.id }, { body: statement });
        told.push(statement);
      } catch (failure) {
        if (failure.retryable || failure.code !== "lms-save") throw failure;
        if (failure.reason === "conflict") told.push(statement);
        else refused = failure;
      }
      this.#waiting = this.#waiting.slice(1);
    }
    return { told, refused };
  }

  /** The page goes: what is under way may be cut off with it, and is sent once more. */
  sendLast() {
    if (this.#waiting.length === 0) return Promise.resolve();
    return this.#lrs.ask("POST", "statements", {}, { body: this.#waiting });
  }
}
