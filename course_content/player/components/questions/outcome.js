/** Marks beside an answer: always an icon and words, never colour alone. */
import { h, icon } from "../../dom.js";

/** "correct", "partial" or "incorrect". */
export function outcomeOf({ correct, score }) {
  if (correct) return "correct";
  return score > 0 ? "partial" : "incorrect";
}

const ICONS = { correct: "check", partial: "partial", incorrect: "cross", chosen: "ring" };

export function tag(texts, name, outcome) {
  return h("span", { class: `tag tag--${outcome}` }, icon(ICONS[outcome]), texts.t(name));
}
