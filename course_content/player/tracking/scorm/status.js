/** What a learner's progress is called in SCORM 1.2 (RTE, 3.4.2.2: cmi.core.lesson_status). */
import { percent } from "./format.js";

const RANKS = ["not attempted", "browsed", "incomplete", "failed", "completed", "passed"];

/**
 * The status to report: what the progress says, but never less than what is already there.
 *
 * With graded activities, all of them done makes `passed` or `failed` by the mastery score (or
 * `completed` without one); without any, all steps seen make `completed`.
 *
 * @param {string} current
 * @param {import("../../tracking.js").Progress} progress
 * @param {number|null} mastery a percentage
 */
export function lessonStatus(current, progress, mastery) {
  const reached = statusOf(progress, mastery);
  return RANKS.indexOf(reached) > RANKS.indexOf(current) ? reached : current;
}

function statusOf({ finished, graded }, mastery) {
  if (graded.total === 0) return finished ? "completed" : "incomplete";
  if (graded.done < graded.total) return "incomplete";
  if (mastery === null) return "completed";
  // Judged on what is sent, as the LMS does.
  return Number(percent(graded.score)) >= mastery ? "passed" : "failed";
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

/** Whether there is something to come back for: what `cmi.core.exit` says with "suspend". */
export function isToBeResumed(status, progress) {
  if (status === "failed") return progress.graded.canRetry;
  return status !== "passed" && status !== "completed";
}
