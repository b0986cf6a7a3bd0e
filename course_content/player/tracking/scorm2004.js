/** Tracking by an LMS that plays a SCORM 2004 package, of the 3rd or the 4th Edition. */
import { Failure } from "./failure.js";
import { LocalTracking } from "./local.js";
import { PackagedUnits } from "./packaged-units.js";
import { FUNCTIONS_2004, Lms, findApi } from "./scorm/api.js";
import { percent } from "./scorm/format.js";
import { duration, interaction, real, shortText } from "./scorm/format-2004.js";
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

/** What the outcome is called (4th Edition RTE, 4.2.4 and 4.2.22); other words tell nothing. */
function successOf(isPassed, { statuses }) {
  if (isPassed === null) return "unknown";
  return statuses.split("-")[isPassed ? 0 : 1];
}

function scores(prefix, score) {
  const raw = percent(score);
  return [
    [`${prefix}score.min`, "0"],
    [`${prefix}score.max`, "100"],
    [`${prefix}score.raw`, raw],
    // Rounded alike, or an LMS could judge otherwise than outcomeOf.
    [`${prefix}score.scaled`, real(raw / 100)],
  ];
}

function told(prefix, { completion, success, isMended }) {
  const isKnown = success !== "unknown" || isMended;
  const known = isKnown ? [[`${prefix}success_status`, success]] : [];
  return [[`${prefix}completion_status`, completion], ...known];
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
      hasCredit: lms.get("cmi.credit") !== "no-credit",
      standing: {
        completion: lms.get("cmi.completion_status"),
        success: lms.get("cmi.success_status"),
      },
      mastery: passing !== "" && Number.isFinite(Number(passing)) ? Number(passing) * 100 : null,
      keptScore: Number(lms.get("cmi.score.raw")) || scaled || 0,
      learnerId: lms.get("cmi.learner_id"),
    };
  },

  standing({ completion, success, isMended }, progress, rules) {
    const { isDone, isPassed } = outcomeOf(progress, rules);
    const reached = successOf(isPassed, rules);
    // Where nobody is called passed, whoever failed and then did not has to lose that word.
    const isForgiven = isPassed && reached === "completed" && success === "failed";
    return {
      completion: best(COMPLETION, completion, isDone ? "completed" : "incomplete"),
      success: isForgiven ? "unknown" : best(SUCCESS, success, reached),
      isMended: isMended || isForgiven,
    };
  },

  facts({ standing, progress, score }) {
    return [
      ...(score === null ? [] : scores("cmi.", score)),
      ["cmi.progress_measure", real(progress.share)],
      ...told("cmi.", standing),
      // Without it an LMS begins anew the next time, and the statuses with it.
      ["cmi.exit", "suspend"],
    ];
  },

  objectiveBefore(get) {
    const scaled = get("score.scaled");
    return {
      standing: { completion: get("completion_status"), success: get("success_status") },
      score: scaled === "" ? -1 : Number(scaled),
    };
  },

  objective({ title, standing, score }) {
    return [
      ["description", shortText(title)],
      ...(score < 0 ? [] : scores("", score)),
      ...told("", standing),
    ];
  },

  mayRequest: (lms, request) => lms.get(`adl.nav.request_valid.${request}`) === "true",

  sessionTime: (seconds) => ["cmi.session_time", duration(seconds)],
};

/** Without an LMS the course still opens, and says that nothing reaches one. */
export function openTracking(boot, window) {
  const api = findApi(window, "API_1484_11", FUNCTIONS_2004);
  if (!api) return new LocalTracking(boot, window, new Failure("no-lms"));
  const units = new PackagedUnits(boot, window);
  return new ScormTracking(boot, window, new Lms(api, FUNCTIONS_2004), SCORM2004, units);
}
