/**
 * Controls in which a field of a record is written, each change kept at once.
 *
 * @typedef {object} Column
 * @property {string} field
 * @property {string} label
 * @property {"text"|"long"|"choice"|"date"|"flag"|"fixed"} kind what it is written with; a fixed
 *   one is only read
 * @property {() => {value: string, label: string}[]} [options] of a choice
 * @property {string} [list] the id of a datalist with words to choose from
 * @property {number} [longest] characters of a text
 */
import { h } from "../../dom.js";

const LONGEST_LINE = 200;
const LONGEST_NOTE = 2000;

const CONTROLS = {
  text: lineControl,
  long: noteControl,
  date: dateControl,
  choice: choiceControl,
  flag: flagControl,
  fixed: fixedText,
};

export function fieldControl(piece, id, column) {
  let run = 0;
  const { field, kind } = column;
  const keep = (value) => piece.change({ [id]: { [field]: value } }, `${id}.${field}.${run}`);
  const control = CONTROLS[kind](column, keep);
  control.element.addEventListener("focus", () => {
    run += 1;
  });
  return control;
}

function lineControl({ list, longest = LONGEST_LINE }, keep) {
  const element = h("input", { type: "text", maxlength: longest, list, autocomplete: "off" });
  return typed(element, keep);
}

function noteControl({ longest = LONGEST_NOTE }, keep) {
  return typed(h("textarea", { rows: 2, maxlength: longest }), keep);
}

function dateControl(_column, keep) {
  return typed(h("input", { type: "date" }), keep);
}

function typed(element, keep) {
  element.addEventListener("input", () => keep(element.value || null));
  return {
    element,
    show(value) {
      const text = value ?? "";
      if (element.value !== text) element.value = text;
    },
  };
}

function choiceControl({ options }, keep) {
  const element = h("select", { on: { change: () => keep(element.value || null) } });
  return {
    element,
    show(value) {
      const made = options().map((option) => h("option", { value: option.value }, option.label));
      element.replaceChildren(...made);
      element.value = value ?? "";
    },
  };
}

function fixedText() {
  const element = h("span", {});
  return {
    element,
    show(value) {
      element.textContent = value ?? "";
    },
  };
}

function flagControl(_column, keep) {
  const element = h("input", {
    type: "checkbox",
    on: { change: () => keep(element.checked || null) },
  });
  return {
    element,
    show(value) {
      element.checked = value === true;
    },
  };
}
