/** What a package says when there is no course to show, and what to do then. */
import { h } from "../dom.js";

export class Panel {
  #root;
  #words;

  /**
   * @param {HTMLElement} root
   * @param {Record<string, string>} words
   */
  constructor(root, words) {
    this.#root = root;
    this.#words = words;
  }

  hide() {
    this.#root.hidden = true;
  }

  /** The course is on its way. */
  wait() {
    this.#present(h("p", { class: "waiting", role: "status" }, this.#words.waiting));
  }

  /**
   * @param {string} code of what happened, by which there are words
   * @param {{detail?: string, retry?: () => void}} more what the platform said; how to try again
   */
  tell(code, { detail = "", retry } = {}) {
    const { [code]: cause, [`${code}.remedy`]: remedy } = this.#words;
    this.#explain({ title: this.#words.title, cause, remedy, detail }, retry);
  }

  /** @param {Record<string, string>} refusal in the server's words */
  refuse(refusal, retry) {
    this.#explain(refusal, retry);
  }

  #explain({ title, cause, remedy, mender = "", reference = "", detail = "" }, retry) {
    const words = this.#words;
    const facts = [
      [words.remedy, remedy],
      [words.mender, mender],
      [words.reference, reference],
      [words.detail, detail],
    ].filter(([, said]) => said);
    const heading = h("h2", { tabindex: "-1" }, title);
    const list = facts.map(([name, said]) => h("div", {}, h("dt", {}, name), h("dd", {}, said)));
    this.#present(
      heading,
      h("p", { class: "lead" }, cause),
      h("dl", {}, list),
      retry ? h("button", { type: "button", on: { click: retry } }, words.retry) : "",
    );
    heading.focus();
  }

  #present(...children) {
    this.#root.replaceChildren(...children);
    this.#root.hidden = false;
  }
}
