/**
 * The attempts at a course's activities, where no server keeps them.
 *
 * An activity here is its public form: `{id, attempts, questions: [{id, points}]}`.
 */
import { activityScore } from "../scoring.js";

/** @returns {import("../tracking.js").Attempt} */
export function newAttempt(activity, number = 1, best = null) {
  return {
    number,
    answers: {},
    completed: false,
    score: null,
    best,
    attemptsLeft: activity.attempts ? Math.max(0, activity.attempts - number) : null,
  };
}

/** Complete an attempt whose questions are all answered. */
export function settle(activity, attempt) {
  if (activity.questions.some((question) => !(question.id in attempt.answers))) return attempt;
  const score = activityScore(
    activity.questions.map(({ id, points }) => [points, attempt.answers[id].verdict.score]),
  );
  return { ...attempt, completed: true, score, best: Math.max(score, attempt.best ?? 0) };
}

function isAttempt(value) {
  const isScore = (score) => score === null || Number.isFinite(score);
  const { number, answers, score, best } = value ?? {};
  return (
    Number.isInteger(number) &&
    isScore(score) &&
    isScore(best) &&
    typeof answers === "object" &&
    Object.values(answers ?? { none: null }).every((each) => Number.isFinite(each?.verdict?.score))
  );
}

/**
 * Those of the attempts that are any: a browser's storage is anybody's to write in.
 * @param {unknown} kept
 * @returns {Record<string, import("../tracking.js").Attempt>}
 */
export function knownAttempts(kept) {
  return Object.fromEntries(Object.entries(kept ?? {}).filter(([, each]) => isAttempt(each)));
}

function later(own, other) {
  if (!own || own.number < other.number) return other;
  if (own.number > other.number) return own;
  const further = own.completed ? own : other;
  return { ...further, answers: { ...other.answers, ...own.answers } };
}

export class AttemptBook {
  /** @param {Record<string, import("../tracking.js").Attempt>} attempts */
  constructor(attempts = {}) {
    this.attempts = { ...attempts };
  }

  of(activity) {
    return this.attempts[activity.id] ?? newAttempt(activity);
  }

  /** Record an answer once and for all: the first one to a question stands. */
  record(activity, questionId, response, verdict) {
    const attempt = this.of(activity);
    if (questionId in attempt.answers) return attempt;
    const answers = { ...attempt.answers, [questionId]: { response, verdict } };
    return this.#keep(activity, settle(activity, { ...attempt, answers }));
  }

  /** Begin a new attempt; the one under way, or the last when none is left, stays. */
  restart(activity) {
    const attempt = this.of(activity);
    if (!attempt.completed || attempt.attemptsLeft === 0) return attempt;
    return this.#keep(activity, newAttempt(activity, attempt.number + 1, attempt.best));
  }

  /**
   * Take up what another window kept: of each activity the later attempt, with the answers of both
   * where it is the same one.
   * @param {Record<string, import("../tracking.js").Attempt>} others
   */
  join(others) {
    for (const [id, other] of Object.entries(others)) {
      this.attempts = { ...this.attempts, [id]: later(this.attempts[id], other) };
    }
  }

  #keep(activity, attempt) {
    this.attempts = { ...this.attempts, [activity.id]: attempt };
    return attempt;
  }
}
