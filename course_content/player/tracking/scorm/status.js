/** What a learner's progress is called in SCORM 1.2 (RTE, 3.4.2.2: cmi.core.lesson_status). */
import { percent } from "./format.js";

const RANKS = ["not attempted", "browsed", "incomplete", "failed", "completed", "passed"];

/**
 * @typedef {object} Rules as the export says
 * @property {number|null} mastery a percentage; null when nobody passes or fails
 * @property {"pages"|"quiz"|"both"} completion
 * @property {string} statuses what those are called who reach the mastery score, and those who do
 *   not: "passed-failed", "passed-incomplete", "completed-failed" or "completed-incomplete"
 *
 * @typedef {{isDone: boolean, isPassed: boolean|null}} Outcome null while it cannot be said, and
 *   where nobody passes or fails
 */

/**
 * What the progress comes to. Where nothing is graded, every step counts in the place of quizzes.
 * @param {import("../../tracking.js").Progress} progress
 * @param {Rules} rules
 * @returns {Outcome}
 */
export function outcomeOf({ finished, seen, graded }, { mastery, completion, statuses }) {
  const isAnswered = graded.total > 0 ? graded.done === graded.total : finished;
  const isEnough = {
    pages: seen,
    quiz: isAnswered,
    both: seen && isAnswered,
  }[completion];
  const isJudged = mastery !== null && graded.total > 0;
  // Judged on what is sent, as the LMS does.
  const isPassed = isJudged && isAnswered ? Number(percent(graded.score)) >= mastery : null;
  // Whoever may stay incomplete is not called completed before that is known.
  const isHeldBack = isJudged && isPassed !== true && missed(statuses) === "incomplete";
  return { isDone: isEnough && !isHeldBack, isPassed };
}

/** What those are called who did everything and do not reach the mastery score. */
function missed(statuses) {
  return statuses.split("-")[1];
}

/**
 * The status to report in SCORM 1.2: what the progress says, but never less than what is already
 * there.
 *
 * @param {string} current
 * @param {import("../../tracking.js").Progress} progress
 * @param {Rules} rules
 */
export function lessonStatus(current, progress, rules) {
  const reached = statusOf(outcomeOf(progress, rules), rules);
  return RANKS.indexOf(reached) > RANKS.indexOf(current) ? reached : current;
}

function statusOf({ isDone, isPassed }, { statuses }) {
  if (!isDone) return "incomplete";
  if (isPassed === null) return "completed";
  return isPassed ? statuses.split("-")[0] : missed(statuses);
}

/**
 * Whether the score can be told yet. An LMS with a mastery score judges whatever score it has when
 * the learner leaves (RTE, 3.4.2.2): half of the activities would fail them, and Moodle would then
 * let nobody go on.
 */
export function isScoreDue({ graded }, hasLmsMastery) {
  if (graded.done === 0) return false;
  return !hasLmsMastery || graded.done === graded.total;
}

/** Whether this says between what a score lies: SCORM 1.2 leaves it to the LMS to have that. */
export function isScoreBound(element) {
  return /\.score\.m(in|ax)$/.test(element);
}

/** Whether there is something to come back for: what `cmi.core.exit` says with "suspend". */
export function isToBeResumed(status, progress) {
  if (status === "failed") return progress.graded.canRetry;
  return status !== "passed" && status !== "completed";
}
