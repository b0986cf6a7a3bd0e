/** A value that says when it changes. */
export class Signal {
  #listeners = new Set();

  constructor(value) {
    this.value = value;
  }

  set(value) {
    this.value = value;
    for (const listener of this.#listeners) listener(value);
  }

  /**
   * Call `listener` now and at every change.
   * @param {(value: unknown) => void} listener
   * @param {AbortSignal} [lifetime] until when; for ever without it
   */
  subscribe(listener, lifetime) {
    this.#listeners.add(listener);
    lifetime?.addEventListener("abort", () => this.#listeners.delete(listener));
    listener(this.value);
  }
}
