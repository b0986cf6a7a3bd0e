/**
 * A work that was handed in, to be read, beside what an instructor says of it. The page speaks the
 * instructor's language; what comes from the course, and the work as it looks there, the course's.
 */
import { h } from "../dom.js";
import { Signal } from "../signal.js";
import { textsIn } from "../languages.js";
import { Failure } from "../tracking/failure.js";
import { SaveQueue } from "../tracking/save-queue.js";
import { Workpiece } from "../works.js";
import { failureNotice } from "./failure.js";
import { latenessOf } from "./lateness.js";
import { MarkingForm } from "./marking-form.js";
import { decisionView } from "./rubric.js";
import { workshopOnPaper } from "./workshops/paper.js";

export class MarkingPage {
  #work;
  #texts;
  #rubric;
  #place;
  #revision;
  #state;
  #status = new Signal({ state: "saved" });
  #queue;
  #form;
  #trouble = h("div", { class: "marking__trouble" });
  #news = h("p", { class: "marking__news", role: "status" });
  #buttons = h("div", { class: "marking__buttons" });
  #isBusy = false;

  /**
   * @param {object} work as the server has it, with its `review`
   * @param {{api: import("../tracking/lti-api.js").LtiApi, path: string, session: string,
   *   window: Window}} place
   */
  constructor(work, place) {
    this.#work = work;
    this.#texts = textsIn(work.pageLanguage);
    this.#rubric = { ...work.workshop.review, language: work.language };
    this.#place = place;
    this.#revision = work.review.revision;
    this.#state = work.review.state;
    this.#queue = new SaveQueue((said) => this.#saveDraft(said), this.#status);
    this.#form = new MarkingForm(this.#texts, this.#rubric, work.review, (said) =>
      this.#queue.put(said),
    );
    this.title = this.#texts.t("marking.title", { name: this.#name });
    this.element = this.#page();
    place.window.addEventListener("pagehide", () => this.#queue.flush({ keepalive: true }));
  }

  get #name() {
    const { group, learner } = this.#work;
    return group?.name || learner || this.#texts.t("marking.nameless");
  }

  #page() {
    const { courseTitle, classTitle, isTestUser } = this.#work;
    const texts = this.#texts;
    return h(
      "main",
      { class: "marking" },
      h(
        "header",
        { class: "marking__header" },
        h("p", {}, this.#ofCourse(courseTitle), classTitle && ` – ${classTitle}`),
        h("h1", {}, this.title),
        this.#handIn(),
        this.#members(),
        isTestUser && h("p", {}, texts.t("marking.testUser")),
        this.#wayTo("marking.back", "/class"),
      ),
      h(
        "div",
        { class: "marking__columns" },
        this.#paper(),
        h(
          "section",
          { class: "marking__review", "aria-labelledby": "marking-review" },
          h("h2", { id: "marking-review" }, texts.t("marking.review")),
          ...(this.#work.isLatest ? this.#review() : this.#superseded()),
          this.#others(),
        ),
      ),
    );
  }

  /** A text of the course, in its language. */
  #ofCourse(text) {
    return h("span", { lang: this.#work.language }, text);
  }

  /** Which work it is, when it came, and by how much too late. */
  #handIn() {
    const { workshop, number, handedInAt } = this.#work;
    const date = this.#texts.moment(new Date(handedInAt));
    const line = this.#texts.t("handIn.line", { number, date });
    const late = latenessOf(this.#texts, this.#work);
    return h(
      "p",
      {},
      this.#ofCourse(workshop.title),
      ` – ${line}`,
      late && [", ", h("strong", { class: "hand-in__late" }, late)],
    );
  }

  /** Of a group's work: who handed it in, and for whom. */
  #members() {
    const { group, learner } = this.#work;
    if (!group) return null;
    const nameless = this.#texts.t("marking.nameless");
    const members = group.members.map((name) => name || nameless).join(", ");
    return h("p", {}, this.#texts.t("marking.group", { name: learner || nameless, members }));
  }

  #wayTo(name, path, values) {
    const { window, session } = this.#place;
    const leave = async () => {
      try {
        await this.#queue.settle();
      } catch (failure) {
        this.#showTrouble(failure);
        return;
      }
      window.history.pushState({ session }, "", path);
      window.location.reload();
    };
    const className = "button marking__way";
    return h("button", { type: "button", class: className, on: { click: leave } }, this.#texts.t(name, values));
  }

  #paper() {
    const { workshop, works, language } = this.#work;
    const pieces = new Map(
      Object.entries(works).map(([id, records]) => [id, new Workpiece(records, () => {})]),
    );
    const opened = (id) => pieces.get(id);
    const context = { texts: textsIn(language), lifetime: new AbortController().signal };
    return h(
      "section",
      { class: "marking__work workshop", "aria-labelledby": "marking-work" },
      h("h2", { id: "marking-work" }, this.#texts.t("marking.work")),
      h(
        "div",
        { class: "marking__paper", lang: language },
        workshopOnPaper(workshop, { opened }, context),
      ),
    );
  }

  #review() {
    const saved = h("p", { class: "marking__status", role: "status" });
    this.#status.subscribe(({ state }) => {
      saved.textContent = this.#revision > 0 || state !== "saved" ? this.#texts.t(`marking.${state}`) : "";
    });
    this.#showButtons();
    return [this.#form.element, saved, this.#trouble, this.#buttons, this.#news];
  }

  #superseded() {
    const latest = this.#work.others.at(-1);
    return [
      h("p", {}, this.#texts.t("marking.older")),
      this.#wayTo("marking.latest", `/submissions/${latest.id}`),
      decisionView(this.#texts, this.#rubric, this.#work),
    ];
  }

  #others() {
    const { others } = this.#work;
    if (others.length === 0) return null;
    const texts = this.#texts;
    return h(
      "details",
      { class: "marking__others" },
      h("summary", {}, texts.t("marking.others")),
      others.map((other) =>
        h(
          "div",
          { class: "hand-in__line" },
          h(
            "p",
            {},
            h("strong", {}, texts.t(`handIn.state.${other.state}`)),
            " ",
            texts.t("handIn.line", {
              number: other.number,
              date: texts.moment(new Date(other.handedInAt)),
            }),
          ),
          decisionView(texts, this.#rubric, other),
          this.#wayTo("marking.open", `/submissions/${other.id}`, { number: other.number }),
        ),
      ),
    );
  }

  #showButtons() {
    const isAccepted = this.#state === "accepted";
    const act = (name, state, className) =>
      h(
        "button",
        { type: "button", class: className, on: { click: () => this.#decide(state) } },
        this.#texts.t(`marking.${name}`),
      );
    this.#buttons.replaceChildren(
      ...(isAccepted ? [] : [act("return", "returned", "button")]),
      act(isAccepted ? "update" : "accept", "accepted", "button button--main"),
    );
  }

  async #saveDraft(said, { keepalive = false } = {}) {
    const body = { ...said, revision: this.#revision };
    try {
      const review = await this.#place.api.ask("PUT", `${this.#place.path}/draft`, { body, keepalive });
      this.#revision = review.revision;
      this.#trouble.replaceChildren();
    } catch (failure) {
      if (!failure.retryable) this.#showTrouble(failure);
      throw failure;
    }
  }

  async #decide(state) {
    if (this.#isBusy) return;
    this.#isBusy = true;
    this.#news.textContent = "";
    try {
      await this.#queue.settle();
      const body = { ...this.#form.said, revision: this.#revision, state };
      const path = `${this.#place.path}/decision`;
      const review = await this.#place.api.askPatiently("POST", path, { body });
      this.#revision = review.revision;
      this.#state = review.state;
      this.#trouble.replaceChildren();
      this.#showButtons();
      this.#news.textContent = this.#texts.t(`marking.${state}`);
    } catch (failure) {
      if (!(failure instanceof Failure)) throw failure;
      this.#showTrouble(failure);
    } finally {
      this.#isBusy = false;
    }
  }

  #showTrouble(failure) {
    if (failure.reason === "review_changed") this.#showConflict();
    else this.#trouble.replaceChildren(failureNotice(this.#texts, failure));
  }

  /** Somebody else wrote meanwhile: the instructor chooses, and nothing is lost unawares. */
  async #showConflict() {
    const { api, path } = this.#place;
    const texts = this.#texts;
    let theirs;
    try {
      theirs = (await api.askPatiently("GET", path)).review;
    } catch (failure) {
      if (!(failure instanceof Failure)) throw failure;
      this.#trouble.replaceChildren(failureNotice(texts, failure));
      return;
    }
    const name = theirs.draftedBy || texts.t("marking.nameless");
    const date = texts.moment(new Date(theirs.draftedAt));
    const choose = (label, take) =>
      h("button", { type: "button", class: "button", on: { click: take } }, texts.t(label));
    const goOn = () => {
      this.#revision = theirs.revision;
      this.#state = theirs.state;
      this.#showButtons();
      this.#trouble.replaceChildren();
      this.#queue.put(this.#form.said, 0);
    };
    this.#trouble.replaceChildren(
      h(
        "div",
        { class: "notice notice--problem", role: "alert" },
        h(
          "div",
          {},
          h("p", {}, texts.t("marking.conflict", { name, date })),
          theirs.comment && h("p", {}, texts.t("marking.theirs", { comment: theirs.comment })),
          h(
            "div",
            { class: "marking__buttons" },
            choose("marking.take", () => {
              this.#form.fill(theirs);
              goOn();
            }),
            choose("marking.keep", goOn),
          ),
        ),
      ),
    );
  }
}
