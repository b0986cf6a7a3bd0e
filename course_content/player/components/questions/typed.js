/** Answers that are typed: a number, a short text. */
import { h } from "../../dom.js";
import { LONGEST_RESPONSE, normalizedText, parsedNumber } from "../../scoring.js";
import { outcomeOf, tag } from "./outcome.js";

/** @type {(context: import("./index.js").ControlContext) => import("./index.js").Control} */
export function numericControl(context) {
  return typedControl(context, {
    inputmode: "decimal",
    unit: context.question.unit,
    isAnswer: (text) => parsedNumber(text) !== null,
    missing: "missing.numeric",
  });
}

/** @type {(context: import("./index.js").ControlContext) => import("./index.js").Control} */
export function textControl(context) {
  return typedControl(context, {
    inputmode: "text",
    isAnswer: (text) => normalizedText(text) !== "",
    missing: "missing.text",
  });
}

function typedControl(context, { inputmode, unit, isAnswer, missing }) {
  const { draft, labelledBy, describedBy, texts, onChange } = context;
  const id = `${labelledBy}-input`;
  const input = h("input", {
    id,
    type: "text",
    class: `typed__input typed__input--${inputmode}`,
    inputmode,
    maxlength: LONGEST_RESPONSE,
    autocomplete: "off",
    "aria-describedby": `${labelledBy} ${describedBy}`,
    value: typeof draft === "string" ? draft : "",
    on: { input: onChange },
  });
  const marks = h("p", { class: "typed__marks" });
  return {
    element: h(
      "div",
      { class: "typed" },
      h("label", { class: "typed__label", for: id }, texts.t("answer.label")),
      h(
        "span",
        { class: "typed__field" },
        input,
        unit && h("span", { class: "typed__unit" }, unit),
      ),
      marks,
    ),
    value: () => input.value,
    missing: () => (isAnswer(input.value) ? null : missing),
    focus: () => input.focus(),
    freeze(verdict) {
      input.readOnly = true;
      const outcome = outcomeOf(verdict);
      marks.append(tag(texts, `outcome.${outcome}`, outcome));
      if (!verdict.correct && "solution" in verdict) {
        const expected = unit ? `${verdict.solution} ${unit}` : verdict.solution;
        marks.append(
          h("span", { class: "typed__expected" }, texts.t("answer.expected.is", { expected })),
        );
      }
    },
  };
}
