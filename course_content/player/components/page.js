import { h } from "../dom.js";

/**
 * A page of the lesson. The HTML is the course's own, made safe when it was rendered.
 *
 * Where a link covers a part of the course only, what it does not cover is named and not linked.
 * @param {string} html
 * @param {import("../course.js").Course} course
 */
export function pageBody(html, course) {
  return withoutDeadLinks(h("div", { class: "prose", html }), course);
}

/** Name in plain words what these links lead to and the course here does not have. */
export function withoutDeadLinks(element, course) {
  for (const link of element.querySelectorAll("a[href^='#/']")) {
    if (!course.step(link.hash.slice(2))) link.replaceWith(...link.childNodes);
  }
  return element;
}
