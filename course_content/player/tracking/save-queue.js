/**
 * Keeps the latest of what is to be saved until it is saved.
 *
 * Only the latest counts: a newer value replaces an older one that waits. One is sent at a time. A
 * failure that may pass is tried again, later and later; another one waits for the next value.
 */
const RETRY_DELAYS_MS = [1000, 2000, 5000, 10000, 30000];

export class SaveQueue {
  #send;
  #status;
  #value;
  #isDirty = false;
  #isSending = false;
  #isClosed = false;
  #failures = 0;
  #timer = null;
  #dueAt = Infinity;
  #sending = Promise.resolve();

  /**
   * @param {(value: unknown, options?: object) => Promise<Failure|void>|Failure|void} send
   *   rejects with a Failure when it could not save; may return one to show although it did
   * @param {import("../signal.js").Signal} status
   */
  constructor(send, status) {
    this.#send = send;
    this.#status = status;
  }

  /** Whether something is not known to be saved. */
  get isWaiting() {
    return this.#isDirty || this.#isSending;
  }

  get value() {
    return this.#value;
  }

  /** Save `value` within `delay` milliseconds, with whatever else comes until then. */
  put(value, delay = 400) {
    this.#value = value;
    this.#isDirty = true;
    if (this.#isClosed) return;
    if (this.#failures === 0) this.#status.set({ ...this.#status.value, state: "saving" });
    this.#schedule(this.#failures === 0 ? delay : this.#retryDelay());
  }

  /** Save now what waits, also when a retry is due only later. */
  flush(options) {
    this.#unschedule();
    if (this.#isDirty && !this.#isSending && !this.#isClosed) {
      this.#sending = this.#sendNow(options);
    }
    return this.#sending;
  }

  /**
   * Save what waits, and come back once nothing does.
   * @throws {Failure} when it could not be saved
   */
  async settle() {
    while (this.isWaiting) {
      if (this.#isClosed) throw this.#status.value.problem;
      await this.flush();
      if (this.#failures > 0) throw this.#status.value.problem;
    }
  }

  async #sendNow(options) {
    this.#isSending = true;
    this.#isDirty = false;
    try {
      const problem = await this.#send(this.#value, options);
      this.#failures = 0;
      this.#status.set({ state: this.#isDirty ? "saving" : "saved", problem });
    } catch (failure) {
      this.#isDirty = true;
      this.#failed(failure);
    } finally {
      this.#isSending = false;
    }
    if (this.#isDirty && this.#failures === 0) this.#schedule(0);
  }

  /** Nothing can be saved any more. */
  close() {
    this.#isClosed = true;
    this.#unschedule();
  }

  #failed(failure) {
    this.#failures += 1;
    this.#status.set({ state: "unsaved", problem: failure });
    if (failure.retryable) this.#schedule(this.#retryDelay());
  }

  #retryDelay() {
    return RETRY_DELAYS_MS[Math.min(this.#failures, RETRY_DELAYS_MS.length) - 1];
  }

  #schedule(delay) {
    const dueAt = Date.now() + delay;
    if (this.#timer !== null && this.#dueAt <= dueAt) return;
    this.#unschedule();
    this.#dueAt = dueAt;
    this.#timer = setTimeout(() => this.flush(), delay);
  }

  #unschedule() {
    clearTimeout(this.#timer);
    this.#timer = null;
    this.#dueAt = Infinity;
  }
}
