/**
 * Handing in a work: by what it is reviewed, and the desk where an instructor can get it. Elsewhere
 * it says so, and offers the file.
 */
import { h } from "../../dom.js";
import { rubricView } from "../rubric.js";

/**
 * @param {import("../workshop.js").ToolContext & {handIns?:
 *   import("../../tracking/hand-ins.js").HandIns,
 *   HandInDesk?: typeof import("./hand-in-desk.js").HandInDesk}} context
 * @param {() => {text: string, isDone: boolean}[]} checklist
 * @param {() => void} download
 */
export function handInSection(context, checklist, download) {
  const { workshop, piece, texts, handIns, HandInDesk } = context;
  const { review } = workshop;
  return h(
    "section",
    { class: "hand-in", "aria-labelledby": "hand-in-title" },
    h("h2", { id: "hand-in-title", tabindex: "-1" }, texts.t("handIn.title")),
    h("p", {}, texts.t(handIns ? "handIn.lead" : "handIn.elsewhere")),
    handIns && h("p", {}, texts.t(review.graded ? "handIn.graded" : "handIn.notGraded")),
    piece.share?.id && h("p", {}, texts.t("share.handIn", { name: piece.share.name })),
    h(
      "details",
      { class: "hand-in__rubric" },
      h("summary", {}, texts.t("rubric.title", { maximum: review.maximum })),
      rubricView(texts, review),
    ),
    handIns
      ? new HandInDesk(context, checklist).element
      : h(
          "button",
          { type: "button", class: "button", on: { click: download } },
          texts.t("work.download"),
        ),
  );
}
