/**
 * A learner's work as the document that the LMS keeps of it, and two of them put together.
 *
 * Verdicts are not in it: they follow from the responses.
 *
 * @typedef {{state: import("../../tracking.js").State, attempts: Record<string, object>,
 *   told: string[], seconds: number}} Document `told` are the verbs that the LMS was told of this
 *   registration, `seconds` how long the learner was here in all
 */
import { InvalidResponse } from "../../scoring.js";
import { newAttempt, settle } from "../attempts.js";
import { markedWhenSeen } from "../marker.js";

/**
 * @param {import("../../tracking.js").State} state
 * @param {Record<string, import("../../tracking.js").Attempt>} attempts
 * @param {{told: string[], seconds: number}} facts
 * @returns {Document}
 */
export function documentOf(state, attempts, facts) {
  const bare = Object.entries(attempts).map(([id, { number, completed, score, best, answers }]) => [
    id,
    { number, completed, score, best, answers: responsesIn(answers) },
  ]);
  return { state, attempts: Object.fromEntries(bare), ...facts };
}

function responsesIn(answers) {
  return Object.fromEntries(Object.entries(answers).map(([id, { response }]) => [id, response]));
}

/**
 * What was kept as a document, with nothing in it that none has.
 * @param {unknown} kept
 * @returns {Document}
 */
export function checkedDocument(kept) {
  const { state, attempts, told, seconds } = object(kept);
  const { position, visited, made, drafts } = object(state);
  return {
    state: {
      position: typeof position === "string" ? position : null,
      visited: texts(visited),
      made: texts(made),
      drafts: object(drafts),
    },
    attempts: object(attempts),
    told: texts(told),
    seconds: whole(seconds, 0),
  };
}

function object(value) {
  return value?.constructor === Object ? value : {};
}

function texts(list) {
  return Array.isArray(list) ? list.filter((text) => typeof text === "string") : [];
}

/**
 * The attempts in a document, as far as they are of this course.
 * @param {Document} document
 * @param {{quizzes: Record<string, object>, keys: Record<string, Record<string, object>>}} boot
 * @returns {{attempts: Record<string, import("../../tracking.js").Attempt>, isWhole: boolean}}
 *   `isWhole` when nothing had to be left out
 */
export function attemptsIn(document, { quizzes, keys }) {
  const attempts = {};
  let isWhole = true;
  for (const [id, kept] of Object.entries(document.attempts)) {
    if (!quizzes[id]) continue;
    try {
      attempts[id] = attemptOf({ ...quizzes[id], id }, kept, keys[id]);
    } catch (error) {
      if (!(error instanceof InvalidResponse || error instanceof TypeError)) throw error;
      isWhole = false;
    }
  }
  return { attempts, isWhole };
}

/** @throws {InvalidResponse} for responses that this activity cannot have */
function attemptOf(activity, kept, keys) {
  const answers = activity.questions
    .filter(({ id }) => Object.hasOwn(kept.answers, id))
    .map(({ id }) => [id, markedWhenSeen(keys[id], kept.answers[id])]);
  const attempt = {
    ...newAttempt(activity, whole(kept.number, 1), share(kept.best)),
    answers: Object.fromEntries(answers),
    completed: kept.completed === true && answers.length === activity.questions.length,
    score: share(kept.score),
  };
  // Two windows may have answered all of it, and neither of them alone.
  return attempt.completed ? attempt : settle(activity, attempt);
}

function whole(number, least) {
  return Number.isInteger(number) && number >= least ? number : least;
}

function share(number) {
  return typeof number === "number" && number >= 0 && number <= 1 ? number : null;
}

/**
 * What two windows did: nothing that either of them has is given up.
 * @param {Document} ours
 * @param {unknown} others
 * @returns {Document}
 */
export function together(ours, others) {
  const theirs = checkedDocument(others);
  const attempts = { ...theirs.attempts };
  for (const [id, attempt] of Object.entries(ours.attempts)) {
    attempts[id] = attempts[id] ? further(attempt, attempts[id]) : attempt;
  }
  return {
    state: {
      ...ours.state,
      visited: union(theirs.state.visited, ours.state.visited),
      made: union(theirs.state.made, ours.state.made),
      drafts: { ...theirs.state.drafts, ...ours.state.drafts },
    },
    attempts,
    told: union(theirs.told, ours.told),
    seconds: Math.max(theirs.seconds, ours.seconds),
  };
}

function union(one, other) {
  return [...new Set([...one, ...other])];
}

/** The attempt that came further, with the answers of both, and the better of both best scores. */
function further(one, other) {
  const answered = ({ answers }) => Object.keys(object(answers)).length;
  const far = (attempt) => whole(attempt.number, 1) * 1000 + answered(attempt);
  const [ahead, behind] = far(other) > far(one) ? [other, one] : [one, other];
  const best = [share(one.best), share(other.best)].filter((score) => score !== null);
  const isSame = whole(one.number, 1) === whole(other.number, 1);
  const answers = { ...object(isSame && behind.answers), ...object(ahead.answers) };
  return { ...ahead, answers, best: best.length > 0 ? Math.max(...best) : null };
}
