/**
 * The course's competencies as an LMS's objectives: what the graded activities say of each.
 *
 * An objective is told by the competency's id. The LMS may have it already, from an earlier visit;
 * what it has is never made less.
 */
import { identifier } from "./format.js";

/**
 * @param {object} boot
 * @param {import("../../course.js").Step[]} graded the steps that count
 * @returns {{id: string, title: string, activities: {id: string, questions: {id: string,
 *   points: number}[]}[]}[]} each competency that questions of these steps are about
 */
export function competenciesOf({ competencies = {}, quizzes }, graded) {
  return Object.entries(competencies)
    .map(([id, title]) => ({ id, title, activities: activitiesOf(id, quizzes, graded) }))
    .filter(({ activities }) => activities.length > 0);
}

function activitiesOf(competency, quizzes, graded) {
  return graded
    .map(({ id }) => ({
      id,
      questions: quizzes[id].questions.filter((one) => one.competencies?.includes(competency)),
    }))
    .filter(({ questions }) => questions.length > 0);
}

/**
 * What was done for a competency, as of a small course that consists of its questions.
 * @param {{activities: object[]}} competency
 * @param {Record<string, import("../../tracking.js").Attempt>} attempts
 * @returns {import("../../tracking.js").Progress|null} null while it cannot be said: during a new
 *   attempt, and where a scarce LMS kept the scores and not the answers
 */
export function reached({ activities }, attempts) {
  const done = activities.filter(({ id }) => (attempts[id]?.best ?? null) !== null);
  const graded = { done: done.length, total: activities.length, score: null, canRetry: true };
  if (done.length < activities.length) return { finished: false, seen: false, share: 0, graded };
  let points = 0;
  let earned = 0;
  for (const activity of activities) {
    for (const question of activity.questions) {
      const answer = attempts[activity.id].answers[question.id];
      if (!answer) return null;
      points += question.points;
      earned += question.points * answer.verdict.score;
    }
  }
  return { finished: true, seen: true, share: 1, graded: { ...graded, score: earned / points } };
}

/** The objectives of a session: what the LMS had of them, and what was reached since. */
export class Objectives {
  #dialect;
  #all;

  /**
   * @param {import("./api.js").Lms} lms
   * @param {import("./tracking.js").Dialect} dialect
   * @param {object[]} competencies as competenciesOf has them
   */
  constructor(lms, dialect, competencies) {
    const count = Number(lms.get("cmi.objectives._count")) || 0;
    const names = Array.from({ length: count }, (_, place) =>
      lms.get(`cmi.objectives.${place}.id`),
    );
    let end = count;
    this.#dialect = dialect;
    this.#all = competencies.map((competency) => {
      const id = identifier(competency.id);
      const place = names.indexOf(id);
      if (place < 0) {
        const prefix = `cmi.objectives.${end}.`;
        end += 1;
        return { ...competency, prefix, head: [["id", id]], standing: dialect.unknown, score: -1 };
      }
      const prefix = `cmi.objectives.${place}.`;
      const before = dialect.objectiveBefore((element) => lms.get(prefix + element));
      return { ...competency, prefix, head: [], ...before };
    });
  }

  /**
   * @param {Record<string, import("../../tracking.js").Attempt>} attempts
   * @param {import("./status.js").Rules} rules
   * @returns {[string, string][]} elements and values, in the order in which to set them
   */
  facts(attempts, rules) {
    return this.#all.flatMap((objective) => {
      const { prefix, head } = objective;
      const progress = reached(objective, attempts);
      if (progress) this.#advance(objective, progress, rules);
      const facts = progress ? this.#dialect.objective(objective) : [];
      return [...head, ...facts].map(([element, value]) => [prefix + element, value]);
    });
  }

  /** Judged by the best that was reached: another attempt takes nothing back. */
  #advance(objective, { graded, ...progress }, rules) {
    const score = graded.score === null ? null : Math.max(objective.score, graded.score);
    const best = { ...progress, graded: { ...graded, score } };
    objective.standing = this.#dialect.standing(objective.standing, best, {
      ...rules,
      completion: "quiz",
    });
    objective.score = score ?? objective.score;
  }
}
