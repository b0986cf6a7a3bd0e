/** Tracking by an LMS that plays a SCORM 1.2 package. */
import { Failure } from "./failure.js";
import { LocalTracking } from "./local.js";
import { PackagedUnits } from "./packaged-units.js";
import { FUNCTIONS_12, Lms, findApi } from "./scorm/api.js";
import { STRING_LIMIT, interaction, percent, timespan } from "./scorm/format.js";
import { isToBeResumed, lessonStatus } from "./scorm/status.js";
import { ScormTracking } from "./scorm/tracking.js";

const SUSPEND_DATA_LIMIT = 4096;

function scores(prefix, score) {
  return [
    [`${prefix}score.min`, "0"],
    [`${prefix}score.max`, "100"],
    [`${prefix}score.raw`, percent(score)],
  ];
}

/** @type {import("./scorm/tracking.js").Dialect} */
export const SCORM12 = {
  room: SUSPEND_DATA_LIMIT,
  location: "cmi.core.lesson_location",
  longestLocation: STRING_LIMIT,
  unknown: "not attempted",
  interaction,

  terms(lms) {
    const mode = lms.get("cmi.core.lesson_mode");
    const mastery = lms.get("cmi.student_data.mastery_score");
    return {
      isReadOnly: mode === "review" || mode === "browse",
      hasCredit: lms.get("cmi.core.credit") !== "no-credit",
      standing: lms.get("cmi.core.lesson_status") || "not attempted",
      mastery: mastery !== "" && Number.isFinite(Number(mastery)) ? Number(mastery) : null,
      keptScore: Number(lms.get("cmi.core.score.raw")) || 0,
      learnerId: lms.get("cmi.core.student_id"),
    };
  },

  standing: lessonStatus,

  facts({ standing, progress, score }) {
    return [
      ...(score === null ? [] : scores("cmi.core.", score)),
      ["cmi.core.lesson_status", standing],
      ["cmi.core.exit", isToBeResumed(standing, progress) ? "suspend" : ""],
    ];
  },

  objectiveBefore(get) {
    const raw = get("score.raw");
    return {
      standing: get("status") || "not attempted",
      score: raw === "" ? -1 : Number(raw) / 100,
    };
  },

  objective({ standing, score }) {
    return [...(score < 0 ? [] : scores("", score)), ["status", standing]];
  },

  sessionTime: (seconds) => ["cmi.core.session_time", timespan(seconds)],
};

/** Without an LMS the course still opens, and says that nothing reaches one. */
export function openTracking(boot, window) {
  const api = findApi(window, "API", FUNCTIONS_12);
  if (!api) return new LocalTracking(boot, window, new Failure("no-lms"));
  const units = new PackagedUnits(boot, window);
  return new ScormTracking(boot, window, new Lms(api, FUNCTIONS_12), SCORM12, units);
}
