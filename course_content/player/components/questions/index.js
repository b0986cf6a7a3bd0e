/**
 * The ways to ask: one control a kind of question.
 *
 * @typedef {object} Control
 * @property {HTMLElement} element
 * @property {() => unknown} value the response as it stands, complete or not
 * @property {() => string|null} missing name of the text that says what is still missing
 * @property {() => void} focus
 * @property {(verdict: import("../../scoring.js").Verdict) => void} freeze show how it went; no
 *   more changes
 *
 * @typedef {object} ControlContext
 * @property {object} question as the player receives it, without its key
 * @property {unknown} draft what was answered but not validated, or undefined
 * @property {string} labelledBy id of the prompt
 * @property {string} describedBy id of the place where what is missing is told
 * @property {import("../../texts.js").Texts} texts
 * @property {(text: string) => void} announce
 * @property {() => void} onChange
 */
import { choiceControl, trueFalseControl } from "./choice.js";
import { matchingControl } from "./matching.js";
import { orderingControl } from "./ordering.js";
import { numericControl, textControl } from "./typed.js";

const CONTROLS = {
  single: choiceControl,
  multiple: choiceControl,
  true_false: trueFalseControl,
  ordering: orderingControl,
  matching: matchingControl,
  numeric: numericControl,
  text: textControl,
};

/**
 * @param {ControlContext} context
 * @returns {Control}
 */
export function questionControl(context) {
  return CONTROLS[context.question.kind](context);
}
