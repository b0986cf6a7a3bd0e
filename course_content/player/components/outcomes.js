import { h, icon } from "../dom.js";

/** What one will be able to do, at the door of a unit. */
export function outcomesView(texts, unit) {
  if (unit.outcomes.length === 0) return null;
  return h(
    "section",
    { class: "outcomes", "aria-labelledby": "outcomes-title" },
    h("h2", { id: "outcomes-title", class: "outcomes__title" }, texts.t("outcomes.title")),
    h(
      "ul",
      {},
      unit.outcomes.map((outcome) => h("li", {}, outcome)),
    ),
    unit.minutes > 0 &&
      h(
        "p",
        { class: "outcomes__time" },
        icon("clock"),
        texts.t("outcomes.minutes", { count: unit.minutes }),
      ),
  );
}
