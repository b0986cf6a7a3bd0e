/** What became of the grade on its way to the course's gradebook, where there is one. */
import { h, icon } from "../dom.js";

const ICONS = { sent: "check", pending: "clock", held: "check", refused: "warning" };
const SAID_AFTER = { held: "grade.held.why", refused: "grade.refused.remedy" };

/** @param {{texts, grade: import("../signal.js").Signal, lifetime: AbortSignal}} context */
export function gradeStatus({ texts, grade, lifetime }) {
  const element = h("div", { class: "grade", role: "status" });
  grade.subscribe((known) => {
    element.hidden = !known || known.state === "none";
    if (element.hidden) return;
    const percent = known.score === null ? "" : texts.percent(known.score);
    element.dataset.state = known.state;
    element.replaceChildren(
      icon(ICONS[known.state]),
      h(
        "div",
        {},
        h("p", { class: "grade__what" }, texts.t(`grade.${known.state}`, { percent })),
        known.state in SAID_AFTER && h("p", {}, texts.t(SAID_AFTER[known.state])),
        known.error && h("p", { class: "grade__error" }, known.error),
      ),
    );
  }, lifetime);
  return element;
}
