/** Drawings without a library. */
import { h } from "../../dom.js";

const SVG = "http://www.w3.org/2000/svg";

/** Make an element of a drawing. */
export function svg(tag, attributes = {}, ...children) {
  const element = document.createElementNS(SVG, tag);
  for (const [name, value] of Object.entries(attributes)) element.setAttribute(name, String(value));
  element.append(...children);
  return element;
}

/** A drawing in a frame that scrolls where it is narrow, by keyboard too. */
export function drawn(canvas, texts, caption) {
  const frame = h(
    "div",
    { class: "tool__canvas", tabindex: "0", role: "region", "aria-label": texts.t("work.drawing") },
    canvas,
  );
  return h("figure", { class: "tool__drawing" }, frame, caption);
}

/**
 * A text in so many lines at most, each about so many characters; the last one ends with "…". They
 * stand around the middle, or begin `from` ems below it.
 */
export function lines(text, width, most, from) {
  const rows = wrapped(text, width);
  const shown = rows.slice(0, most);
  if (rows.length > most) shown[most - 1] = `${shown[most - 1].slice(0, width - 1)}…`;
  const first = from ?? -0.55 * (shown.length - 1) + 0.35;
  // The space is for those who hear the words: they would run together without it.
  return shown.map((row, i) => svg("tspan", { x: 0, y: `${first + i * 1.1}em` }, `${row} `));
}

export function wrapped(text, width) {
  const rows = [];
  for (const word of text.split(/\s+/).filter(Boolean)) {
    const last = rows.at(-1);
    if (last !== undefined && last.length + 1 + word.length <= width) {
      rows[rows.length - 1] = `${last} ${word}`;
    } else {
      rows.push(word.length > width ? `${word.slice(0, width - 1)}…` : word);
    }
  }
  return rows;
}
