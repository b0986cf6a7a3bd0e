/** What went wrong, why, and what the learner can do about it. */
import { h, icon } from "../dom.js";

/**
 * @param {import("../texts.js").Texts} texts
 * @param {import("../tracking/failure.js").Failure} failure
 */
export function failureMessage(texts, failure, { withTitle = true } = {}) {
  const { code, detail, remedy, reference } = failure;
  return h(
    "div",
    { class: "failure" },
    withTitle && h("p", { class: "failure__what" }, texts.t(`problem.${code}`)),
    detail && h("p", {}, detail),
    h("p", {}, remedy || texts.t(`problem.${code}.remedy`)),
    reference &&
      h("p", { class: "failure__reference" }, texts.t("problem.reference", { reference })),
  );
}

/** The same, where it happened, and told at once. */
export function failureNotice(texts, failure) {
  return h(
    "div",
    { class: "notice notice--problem", role: "alert", "data-code": failure.code },
    icon("warning"),
    failureMessage(texts, failure),
  );
}
