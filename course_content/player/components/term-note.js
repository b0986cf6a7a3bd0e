/**
 * What a word of the glossary means, beside the word. Browsers without popovers follow the link
 * to the glossary instead.
 */
import { h, icon } from "../dom.js";
import { Failure } from "../tracking/failure.js";
import { GLOSSARY } from "../course.js";
import { failureMessage } from "./failure.js";
import { pageBody } from "./page.js";

const EDGE = 8;

export class TermNote {
  #texts;
  #course;
  #tracking;
  element = h("div", {
    class: "term-note",
    popover: "auto",
    role: "dialog",
    tabindex: "-1",
    "aria-labelledby": "term-note-title",
  });

  constructor({ texts, course, tracking }) {
    this.#texts = texts;
    this.#course = course;
    this.#tracking = tracking;
    this.element.addEventListener("click", (event) => {
      if (event.target.closest("a, button")) this.element.hidePopover();
    });
  }

  /** @param {HTMLAnchorElement} link to an entry of the glossary */
  async show(link, event) {
    if (!this.element.showPopover || event.ctrlKey || event.metaKey || event.shiftKey) return;
    event.preventDefault();
    const content = await this.#contentOf(link.hash.split("/")[2]);
    if (!link.isConnected) return;
    this.element.replaceChildren(
      ...content,
      h(
        "p",
        { class: "term-note__ways" },
        h("a", { href: link.hash }, this.#texts.t("term.more")),
        h(
          "button",
          { type: "button", class: "term-note__close" },
          icon("cross"),
          h("span", { class: "visually-hidden" }, this.#texts.t("term.close")),
        ),
      ),
    );
    this.element.showPopover();
    this.#placeBy(link);
    this.element.focus();
  }

  async #contentOf(term) {
    try {
      const { steps } = await this.#tracking.unit(GLOSSARY);
      const page = pageBody(steps[GLOSSARY].html, this.#course);
      const title = page.querySelector(`#term-${term}`);
      const meaning = title.nextElementSibling.innerHTML;
      const body = pageBody(meaning, this.#course);
      for (const link of body.querySelectorAll("a[href^='#ref-']")) {
        link.replaceWith(...link.childNodes);
      }
      return [h("p", { id: "term-note-title", class: "term-note__title" }, title.textContent), body];
    } catch (error) {
      if (!(error instanceof Failure)) throw error;
      return [h("div", { id: "term-note-title" }, failureMessage(this.#texts, error))];
    }
  }

  /** Under the word, else above it; the style keeps it within the window's width. */
  #placeBy(link) {
    const { style, offsetHeight } = this.element;
    const word = link.getClientRects()[0];
    const below = word.bottom + EDGE;
    const { clientHeight } = document.documentElement;
    const fits = below + offsetHeight < clientHeight || word.top < offsetHeight + EDGE;
    style.setProperty("--word", `${word.left}px`);
    style.top = `${(fits ? below : word.top - offsetHeight - EDGE) + window.scrollY}px`;
  }
}
