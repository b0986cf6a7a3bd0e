/** By what a work is reviewed, and how far it came, once somebody said so. */
import { h } from "../dom.js";

/**
 * @param {import("../texts.js").Texts} texts
 * @param {{criteria: {id: string, title: string, levels: {points: number, text: string}[]}[],
 *   language?: string}} rubric its `language` is that of its texts, where the page has another
 * @param {Record<string, number>} [marks] points by criterion
 */
export function rubricView(texts, { criteria, language }, marks = {}) {
  return h(
    "ul",
    { class: "rubric" },
    criteria.map(({ id, title, levels }) =>
      h(
        "li",
        { class: "rubric__criterion" },
        h("p", { class: "rubric__title", lang: language }, title),
        h(
          "ul",
          { class: "rubric__levels" },
          levels.map((level) =>
            levelView(texts, { ...level, language }, marks[id] === level.points),
          ),
        ),
      ),
    ),
  );
}

function levelView(texts, { points, text, language }, isReached) {
  return h(
    "li",
    { class: "rubric__level", "data-reached": String(isReached) },
    h("span", { class: "rubric__points" }, texts.t("rubric.points", { count: points })),
    h("span", { lang: language }, text),
    isReached && h("strong", { class: "rubric__mark" }, texts.t("rubric.reached")),
  );
}

/** What was decided about a work, in one line, and the comment. */
export function decisionView(texts, rubric, { state, decision }) {
  if (decision === null) return null;
  const { points, maximum, comment, marks } = decision;
  const isAccepted = state === "accepted";
  return h(
    "div",
    { class: "decision" },
    isAccepted &&
      h("p", { class: "decision__points" }, texts.t("rubric.total", { points, maximum })),
    comment && h("blockquote", { class: "decision__comment" }, comment),
    Object.keys(marks).length > 0 &&
      h(
        "details",
        {},
        h("summary", {}, texts.t("rubric.detail")),
        rubricView(texts, rubric, marks),
      ),
  );
}
