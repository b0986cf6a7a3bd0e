/** Borderline cases to sort: an answer, its reason, and as many tries as one likes. */
import { h, icon } from "../../dom.js";
import { countdown } from "./checkpoints.js";

/** @type {(context: import("../workshop.js").ToolContext) => import("../workshop.js").Tool} */
export function sortingTool(context) {
  const { piece, workshop, texts } = context;
  const { cases } = workshop.settings;
  const element = h(
    "div",
    { class: "tool tool--sorting" },
    cases.map((each, index) => caseCard(context, each, index)),
  );
  return {
    element,
    checklist: () => {
      const left = cases.filter(({ id }) => !answerTo(piece, id)).length;
      return [countdown(texts, "sorting.check", left, cases.length)];
    },
  };
}

/** The category in which the learner put a case, or undefined. */
export function answerTo(piece, caseId) {
  return piece.records[recordId(caseId)]?.category;
}

function recordId(caseId) {
  return `case-${caseId}`.slice(0, 40);
}

function caseCard({ piece, workshop, texts, lifetime }, each, index) {
  const name = `sorting-${workshop.id}-${each.id}`;
  const verdict = h("div", { class: "sorting__verdict", role: "status" });
  const inputs = workshop.settings.categories.map(({ id, title }) => {
    const input = h("input", {
      type: "radio",
      name,
      value: id,
      on: {
        change: () => piece.change({ [recordId(each.id)]: { type: "answer", category: id } }),
      },
    });
    return { input, element: h("label", {}, input, h("span", { html: title })) };
  });
  piece.changed.subscribe(() => {
    const answer = answerTo(piece, each.id);
    for (const { input } of inputs) input.checked = input.value === answer;
    verdict.replaceChildren(...(answer ? feedback(texts, each, answer) : []));
    verdict.dataset.outcome = outcomeOf(each, answer);
  }, lifetime);
  return h(
    "fieldset",
    { class: "sorting__case" },
    h("legend", {}, texts.t("sorting.case", { number: index + 1 })),
    h("div", { class: "prose", html: each.text }),
    h("div", { class: "sorting__categories" }, inputs.map(({ element }) => element)),
    verdict,
  );
}

function outcomeOf(each, answer) {
  if (!answer) return "";
  return answer === each.category ? "correct" : "incorrect";
}

/** Why it is so; to those who put it elsewhere, first what speaks against it. */
function feedback(texts, each, answer) {
  if (answer === each.category) {
    return [
      h("p", { class: "sorting__outcome" }, icon("check"), texts.t("sorting.right")),
      h("div", { class: "prose", html: each.feedback }),
    ];
  }
  return [
    h("p", { class: "sorting__outcome" }, icon("partial"), texts.t("sorting.wrong")),
    h("div", { class: "prose", html: each.others[answer] ?? `<p>${texts.t("sorting.other")}</p>` }),
  ];
}
