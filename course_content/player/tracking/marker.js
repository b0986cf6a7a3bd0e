import { verdict } from "../scoring.js";

/** Marks in the browser, with the keys that the document holds. */
export class LocalMarker {
  #keys;
  #book;
  #onAnswer;

  /**
   * @param {Record<string, Record<string, import("../scoring.js").Key>>} keys by activity, question
   * @param {import("./attempts.js").AttemptBook} book
   * @param {(answer: {activity, questionId, response, key, verdict, seconds}|null) => void}
   *   onAnswer told of each new answer, and with null of a new attempt
   */
  constructor(keys, book, onAnswer) {
    this.#keys = keys;
    this.#book = book;
    this.#onAnswer = onAnswer;
  }

  async answer(activity, questionId, response, seconds = 0) {
    const earlier = this.#book.of(activity).answers[questionId];
    if (earlier) return { verdict: earlier.verdict, attempt: this.#book.of(activity) };
    const key = this.#keys[activity.id][questionId];
    const marked = verdict(key, response);
    const attempt = this.#book.record(activity, questionId, response, marked);
    this.#onAnswer({ activity, questionId, response, key, verdict: marked, seconds });
    return { verdict: marked, attempt };
  }

  async restart(activity) {
    const attempt = this.#book.restart(activity);
    this.#onAnswer(null);
    return attempt;
  }
}

/**
 * The key has no feedback before its unit is opened, and nobody sees an answer before.
 * @throws {InvalidResponse} at once
 */
export function markedWhenSeen(key, response) {
  verdict(key, response);
  return {
    response,
    get verdict() {
      return verdict(key, response);
    },
  };
}
