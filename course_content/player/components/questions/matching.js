/** Matching with native lists of options: sure on a phone, with a keyboard, with any reader. */
import { h, plainText } from "../../dom.js";
import { tag } from "./outcome.js";

/** @type {(context: import("./index.js").ControlContext) => import("./index.js").Control} */
export function matchingControl(context) {
  const { question, draft, labelledBy, texts, onChange } = context;
  const words = new Map(question.options.map(({ id, text }) => [id, plainText(text)]));
  const rows = question.left.map((left, i) =>
    pairRow(left, words, { ...context, id: `${labelledBy}-${i}`, chosen: draft?.[left.id] }),
  );
  rows.forEach(({ select }) => select.addEventListener("change", onChange));
  const unmatched = () => rows.find(({ select }) => select.value === "");
  return {
    element: h(
      "div",
      { class: "pairs", role: "group", "aria-labelledby": labelledBy },
      rows.map(({ element }) => element),
    ),
    value: () =>
      Object.fromEntries(
        rows
          .filter(({ select }) => select.value)
          .map(({ left, select }) => [left.id, select.value]),
      ),
    missing: () => (unmatched() ? "missing.matching" : null),
    focus: () => (unmatched() ?? rows[0]).select.focus(),
    freeze(verdict) {
      for (const row of rows) freezeRow(row, { verdict, words, texts });
    },
  };
}

function pairRow(left, words, { id, chosen, describedBy, texts }) {
  const select = h(
    "select",
    { id, class: "pair__select", "aria-describedby": describedBy },
    h("option", { value: "" }, texts.t("matching.choose")),
    [...words].map(([value, text]) => h("option", { value, selected: value === chosen }, text)),
  );
  const element = h(
    "div",
    { class: "pair" },
    h("label", { class: "pair__left", for: id, html: left.text }),
    select,
  );
  return { left, select, element };
}

function freezeRow({ left, select, element }, { verdict, words, texts }) {
  const chosen = words.get(select.value) ?? "";
  const marks = h("span", { class: "pair__marks" });
  if (verdict.solution) {
    const right = verdict.solution[left.id];
    const isRight = right === select.value;
    marks.append(
      tag(
        texts,
        isRight ? "outcome.correct" : "outcome.incorrect",
        isRight ? "correct" : "incorrect",
      ),
    );
    if (!isRight) {
      marks.append(
        h("span", {}, texts.t("answer.expected.is", { expected: words.get(right) ?? "" })),
      );
    }
  }
  select.replaceWith(h("div", { class: "pair__answer" }, h("p", {}, chosen), marks));
  const label = element.querySelector("label");
  label.replaceWith(h("p", { class: "pair__left", html: left.text }));
  const beside = verdict.choices?.[left.id];
  if (beside) element.append(h("div", { class: "beside prose", html: beside }));
}
