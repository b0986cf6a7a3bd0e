/** What an instructor sees above a course that is looked at as learners see it. */
import { h, icon } from "../dom.js";

/**
 * That nothing is recorded, and the way back to where the preview was opened.
 * @param {import("../texts.js").Texts} texts
 * @param {string|null} classPage
 * @param {object|null} windowState of which the other page is in need too: a link would lose it
 */
export function previewBanner(texts, classPage, windowState) {
  const leave = () => {
    window.history.pushState(windowState, "", classPage);
    window.location.reload();
  };
  const back = { type: "button", class: "preview-banner__back", on: { click: leave } };
  return h(
    "aside",
    { class: "preview-banner", "aria-label": texts.t("preview.label") },
    icon("eye"),
    h("p", {}, texts.t("preview.banner")),
    classPage && h("button", back, texts.t("preview.back")),
  );
}
