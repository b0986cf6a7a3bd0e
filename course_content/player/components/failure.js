/** What went wrong, why, and what the learner can do about it. */
import { h, icon } from "../dom.js";

/**
 * @param {import("../texts.js").Texts} texts
 * @param {import("../tracking/failure.js").Failure} failure
 * @param {{withTitle?: boolean, way?: HTMLElement|null}} [parts] `way` is a button that helps
 */
export function failureMessage(texts, failure, { withTitle = true, way = null } = {}) {
  const { code, detail, remedy, reference } = failure;
  return h(
    "div",
    { class: "failure" },
    withTitle && h("p", { class: "failure__what" }, texts.t(`problem.${code}`)),
    detail && h("p", {}, detail),
    homeless(texts, failure.works),
    h("p", {}, remedy || texts.t(`problem.${code}.remedy`)),
    reference &&
      h("p", { class: "failure__reference" }, texts.t("problem.reference", { reference })),
    way,
  );
}

/** The works that the runtime has no room for, and where they are. */
function homeless(texts, works) {
  if (!works || works.titles.length === 0) return null;
  const where = works.isHere ? "here" : "nowhere";
  return h("p", {}, texts.t(`problem.no-room.${where}`, { titles: texts.list(works.titles) }));
}

/** On what terms the course was opened: worth knowing, and nothing that went wrong. */
const TERMS = ["review", "no-credit"];

/** The same, where it happened, and told at once. */
export function failureNotice(texts, failure, parts) {
  const isTerms = TERMS.includes(failure.code);
  return h(
    "div",
    {
      class: `notice notice--problem${isTerms ? " notice--terms" : ""}`,
      role: "alert",
      "data-code": failure.code,
    },
    icon(isTerms ? "eye" : "warning"),
    failureMessage(texts, failure, parts),
  );
}
