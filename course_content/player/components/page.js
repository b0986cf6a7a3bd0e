import { h } from "../dom.js";

/**
 * A page of the lesson. The HTML is the course's own, made safe when it was rendered.
 *
 * Where a link covers a part of the course only, what it does not cover is named and not linked.
 * @param {string} html
 * @param {import("../course.js").Course} course
 */
export function pageBody(html, course) {
  const page = h("div", { class: "prose", html });
  for (const link of page.querySelectorAll("a[href^='#/']")) {
    if (!course.step(link.hash.slice(2))) link.replaceWith(...link.childNodes);
  }
  return page;
}
