/** Single choice, multiple choice, true or false: native radio buttons and check boxes. */
import { h } from "../../dom.js";
import { tag } from "./outcome.js";

/** @type {(context: import("./index.js").ControlContext) => import("./index.js").Control} */
export function choiceControl(context) {
  const isMultiple = context.question.kind === "multiple";
  const options = context.question.choices.map(({ id, text }) => ({ value: id, id, html: text }));
  return pickControl(context, options, {
    type: isMultiple ? "checkbox" : "radio",
    isPicked: (value, response) => (isMultiple ? response?.includes?.(value) : response === value),
    response: (picked) => (isMultiple ? picked : picked[0]),
    missing: isMultiple ? "missing.multiple" : "missing.single",
  });
}

/** @type {(context: import("./index.js").ControlContext) => import("./index.js").Control} */
export function trueFalseControl(context) {
  const options = [true, false].map((value) => ({
    value,
    id: String(value),
    html: context.texts.t(value ? "true" : "false"),
  }));
  return pickControl(context, options, {
    type: "radio",
    isPicked: (value, response) => response === value,
    response: (picked) => picked[0],
    missing: "missing.single",
  });
}

function pickControl(context, options, { type, isPicked, response, missing }) {
  const { draft, labelledBy, describedBy, texts, onChange } = context;
  const rows = options.map((option) => pickRow(option, { type, name: labelledBy, describedBy }));
  rows.forEach(({ option, input }) => {
    input.checked = Boolean(isPicked(option.value, draft));
    input.addEventListener("change", onChange);
  });
  const picked = () => rows.filter(({ input }) => input.checked).map(({ option }) => option.value);
  return {
    element: h(
      "div",
      {
        class: "choices",
        role: type === "radio" ? "radiogroup" : "group",
        "aria-labelledby": labelledBy,
      },
      rows.map(({ element }) => element),
    ),
    value: () => response(picked()),
    missing: () => (picked().length > 0 ? null : missing),
    focus: () => rows[0].input.focus(),
    freeze(verdict) {
      for (const row of rows) {
        const isRight =
          "solution" in verdict && Boolean(isPicked(row.option.value, verdict.solution));
        freezeRow(row, { isRight, verdict, texts });
      }
    },
  };
}

function pickRow(option, { type, name, describedBy }) {
  const input = h("input", { type, name, "aria-describedby": describedBy });
  const marks = h("span", { class: "choice__marks" });
  const label = h(
    "label",
    { class: "choice" },
    input,
    h("span", { class: "choice__text", html: option.html }),
    marks,
  );
  return { option, input, label, marks, element: h("div", { class: "choice-row" }, label) };
}

function freezeRow({ option, input, label, marks, element }, { isRight, verdict, texts }) {
  input.disabled = true;
  label.classList.add("choice--frozen");
  if (input.checked) {
    const outcome = isRight ? "correct" : "incorrect";
    marks.append(tag(texts, "answer.yours", "solution" in verdict ? outcome : "chosen"));
    label.dataset.outcome = outcome;
  } else if (isRight) {
    marks.append(tag(texts, "answer.expected", "correct"));
    label.dataset.outcome = "expected";
  }
  const beside = verdict.choices?.[option.id];
  if (beside) element.append(h("div", { class: "beside prose", html: beside }));
}
