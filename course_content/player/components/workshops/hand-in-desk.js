/**
 * Where a work is handed in to an instructor: what became of what was handed in before, and the
 * button.
 */
import { h } from "../../dom.js";
import { Failure } from "../../tracking/failure.js";
import { failureNotice } from "../failure.js";
import { latenessOf } from "../lateness.js";
import { decisionView } from "../rubric.js";

function button(texts, name, className, click) {
  return h("button", { type: "button", class: className, on: { click } }, texts.t(name));
}

export class HandInDesk {
  #context;
  #checklist;
  #handed = null;
  #past = h("div", { class: "hand-in__past" });
  #ask = h("div", { class: "hand-in__ask" });
  #news = h("p", { class: "hand-in__news", role: "status" });
  #isBusy = false;

  constructor(context, checklist) {
    this.#context = context;
    this.#checklist = checklist;
    this.element = h("div", { class: "hand-in__desk" }, this.#past, this.#ask, this.#news);
    this.#load();
  }

  get #texts() {
    return this.#context.texts;
  }

  get #heading() {
    return this.element.parentElement.querySelector("h2");
  }

  async #load() {
    const { handIns, piece, workshop } = this.#context;
    await this.#trying(
      async () => this.#show(await handIns.of(workshop.id, piece.share)),
      () => this.#load(),
    );
  }

  #show(handed) {
    this.#handed = handed;
    const { submissions, obstacle } = handed;
    const { learner, workshop } = this.#context;
    if (submissions.length > 0) learner.noteHandIn(workshop.id, submissions.at(-1).state);
    const hadFocus = this.#ask.contains(document.activeElement);
    this.#past.replaceChildren(...[...submissions].reverse().map((one) => this.#line(one)));
    this.#ask.replaceChildren(
      obstacle
        ? h("p", {}, this.#texts.t(`handIn.${obstacle}`))
        : button(
            this.#texts,
            submissions.length > 0 ? "handIn.again" : "handIn.button",
            "button button--main",
            () => this.#begin(),
          ),
    );
    if (hadFocus) (this.#ask.querySelector("button") ?? this.#heading).focus();
  }

  #line(submission) {
    const texts = this.#texts;
    const { number, handedInAt, state, by } = submission;
    const date = texts.moment(new Date(handedInAt));
    const line = texts.t("handIn.line", { number, date });
    const late = number === 1 && latenessOf(texts, { ...this.#handed, number });
    return h(
      "div",
      { class: "hand-in__line", "data-state": state },
      h(
        "p",
        {},
        h("strong", {}, texts.t(`handIn.state.${state}`)),
        " ",
        line,
        late && [", ", h("strong", { class: "hand-in__late" }, late)],
        by && ` – ${by}`,
      ),
      decisionView(texts, this.#context.workshop.review, submission),
    );
  }

  /** What is missing is said before it is handed in all the same. */
  #begin() {
    const missing = this.#checklist().filter(({ isDone }) => !isDone);
    if (missing.length === 0) {
      this.#handIn();
      return;
    }
    const texts = this.#texts;
    const title = h("p", { tabindex: "-1" }, texts.t("handIn.missing"));
    this.#ask.replaceChildren(
      h(
        "div",
        { class: "hand-in__confirm", role: "group" },
        title,
        h("ul", {}, missing.map(({ text }) => h("li", {}, text))),
        h(
          "div",
          { class: "hand-in__choice" },
          button(texts, "handIn.anyway", "button button--main", () => this.#handIn()),
          button(texts, "handIn.notYet", "button", () => this.#show(this.#handed)),
        ),
      ),
    );
    title.focus();
  }

  async #handIn() {
    if (this.#isBusy) return;
    this.#isBusy = true;
    const { handIns, piece, workshop } = this.#context;
    const number = (this.#handed.submissions.at(-1)?.number ?? 0) + 1;
    await this.#trying(
      async () => {
        this.#show(await handIns.handIn(workshop.id, piece.share, number));
        this.#news.textContent = this.#texts.t("handIn.done");
        this.#heading.focus();
      },
      () => this.#load(),
    );
    this.#isBusy = false;
  }

  async #trying(act, again) {
    try {
      await act();
    } catch (failure) {
      if (!(failure instanceof Failure)) throw failure;
      const hadFocus = this.#ask.contains(document.activeElement);
      const retry = button(this.#texts, "retry", "button", again);
      this.#ask.replaceChildren(failureNotice(this.#texts, failure), retry);
      if (hadFocus) retry.focus();
    }
  }
}
