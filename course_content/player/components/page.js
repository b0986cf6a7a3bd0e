import { h } from "../dom.js";

/** A page of the lesson. The HTML is the course's own, made safe when it was rendered. */
export function pageBody(html) {
  return h("div", { class: "prose", html });
}
