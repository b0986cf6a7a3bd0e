/** Tracking by an LMS that plays a SCORM 2004 package, of the 3rd or the 4th Edition. */
import { Failure } from "./failure.js";
import { LocalTracking } from "./local.js";
import { FUNCTIONS_2004, Lms, findApi } from "./scorm/api.js";
import { percent } from "./scorm/format.js";
import { duration, interaction, real } from "./scorm/format-2004.js";
import { outcomeOf } from "./scorm/status.js";
import { ScormTracking } from "./scorm/tracking.js";

const SUSPEND_DATA_LIMIT = 64000;
const LOCATION_LIMIT = 1000;

const COMPLETION = ["unknown", "not attempted", "incomplete", "completed"];
const SUCCESS = ["unknown", "failed", "passed"];

/** The higher one: what was reached once is not taken back. */
function best(ranks, one, other) {
  return ranks[Math.max(ranks.indexOf(one), ranks.indexOf(other), 0)];
}

/** What the outcome is called (4th Edition RTE, 4.2.4 and 4.2.22). */
function statusesOf({ isDone, isPassed }, { statuses }) {
  const [reached, missed] = statuses.split("-");
  const isHeldBack = isPassed === false && missed === "incomplete";
  return {
    completion: isDone && !isHeldBack ? "completed" : "incomplete",
    success: { true: reached, false: missed, null: "unknown" }[isPassed],
  };
}

/** @type {import("./scorm/tracking.js").Dialect} */
const SCORM2004 = {
  room: SUSPEND_DATA_LIMIT,
  location: "cmi.location",
  longestLocation: LOCATION_LIMIT,
  unknown: { completion: "unknown", success: "unknown" },
  interaction,

  terms(lms) {
    const mode = lms.get("cmi.mode");
    const passing = lms.get("cmi.scaled_passing_score");
    const scaled = Number(lms.get("cmi.score.scaled")) * 100;
    return {
      isReadOnly: mode === "review" || mode === "browse",
      standing: {
        completion: lms.get("cmi.completion_status"),
        success: lms.get("cmi.success_status"),
      },
      mastery: passing !== "" && Number.isFinite(Number(passing)) ? Number(passing) * 100 : null,
      keptScore: Number(lms.get("cmi.score.raw")) || scaled || 0,
      learnerId: lms.get("cmi.learner_id"),
    };
  },

  standing(standing, progress, rules) {
    const reached = statusesOf(outcomeOf(progress, rules), rules);
    return {
      completion: best(COMPLETION, standing.completion, reached.completion),
      success: best(SUCCESS, standing.success, reached.success),
    };
  },

  facts({ standing, progress, score }) {
    const scores =
      score === null
        ? []
        : [
            ["cmi.score.min", "0"],
            ["cmi.score.max", "100"],
            ["cmi.score.raw", percent(score)],
            ["cmi.score.scaled", real(score)],
          ];
    const success =
      standing.success === "unknown" ? [] : [["cmi.success_status", standing.success]];
    return [
      ...scores,
      ["cmi.progress_measure", real(progress.share)],
      ["cmi.completion_status", standing.completion],
      ...success,
      // Without it an LMS begins anew the next time, and the statuses with it.
      ["cmi.exit", "suspend"],
    ];
  },

  sessionTime: (seconds) => ["cmi.session_time", duration(seconds)],
};

/** Without an LMS the course still opens, and says that nothing reaches one. */
export function openTracking(boot, window) {
  const api = findApi(window, "API_1484_11", FUNCTIONS_2004);
  if (!api) return new LocalTracking(boot, window, new Failure("no-lms"));
  return new ScormTracking(boot, window, new Lms(api, FUNCTIONS_2004), SCORM2004);
}
