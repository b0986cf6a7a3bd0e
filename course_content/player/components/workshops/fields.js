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
  control.element.dataset.field = `${id}.${field}`;
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

/** What somebody else writes does not change a field in which one is writing: it waits. */
function typed(element, keep) {
  let isWriting = false;
  let latest = "";
  element.addEventListener("input", () => {
    isWriting = true;
    keep(element.value || null);
  });
  const show = (value) => {
    latest = value ?? "";
    if (!isWriting && element.value !== latest) element.value = latest;
  };
  element.addEventListener("blur", () => {
    isWriting = false;
    show(latest);
  });
  return { element, show };
}

/** The options of a list, made anew only when they are others: somebody may have it open. */
export function showOptions(element, options) {
  const isShown =
    options.length === element.length &&
    options.every(({ value, label }, i) => element[i].value === value && element[i].text === label);
  if (isShown) return;
  element.replaceChildren(...options.map(({ value, label }) => h("option", { value }, label)));
}

function choiceControl({ options }, keep) {
  const element = h("select", { on: { change: () => keep(element.value || null) } });
  return {
    element,
    show(value) {
      showOptions(element, options());
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
