/**
 * An activity: what awaits one, its questions one at a time, its result.
 *
 * One question is on the screen at a time; what was answered stays, what was begun is kept as a
 * draft, and the way on always has the focus.
 */
import { h, icon } from "../dom.js";
import { Failure } from "../tracking/failure.js";
import { failureNotice } from "./failure.js";
import { questionView } from "./question.js";
import { attemptWords, countedWords, resultView } from "./result.js";

export class QuizView {
  #context;
  #activity;
  #stage;

  /** @param {object} context the step's, see stepView */
  constructor(context) {
    this.#context = context;
    this.#activity = context.content.activity;
    this.#stage = h("div", { class: "quiz__stage" });
    this.element = h("div", { class: "quiz" }, this.#stage);
    this.#open();
  }

  get #attempt() {
    return this.#context.learner.attempt(this.#activity);
  }

  #open() {
    if (this.#attempt.completed) this.#show(this.#result());
    else this.#show(this.#welcome());
  }

  #show(view) {
    this.#stage.replaceChildren(view);
  }

  #welcome() {
    const { texts } = this.#context;
    const { instructions, questions, passMark, counting } = this.#activity;
    const answered = this.#answered().length;
    const { best, attemptsLeft, number } = this.#attempt;
    return h(
      "section",
      { class: "quiz__welcome" },
      instructions && h("div", { class: "prose", html: instructions }),
      h(
        "ul",
        { class: "facts" },
        h("li", {}, texts.t("quiz.questions", { count: questions.length })),
        this.#activity.graded &&
          h("li", {}, texts.t("quiz.passMark", { percent: texts.percent(passMark / 100) })),
        h("li", {}, attemptWords(texts, number, attemptsLeft)),
        best === null
          ? counting && h("li", {}, texts.t(`grade.rule.${counting}`))
          : h("li", {}, countedWords(texts, this.#activity, best)),
      ),
      h(
        "button",
        {
          type: "button",
          class: "button button--main",
          on: { click: () => this.#ask(this.#firstOpen()) },
        },
        texts.t(answered > 0 ? "quiz.resume" : "quiz.start"),
        icon("next"),
      ),
    );
  }

  #answered() {
    const { answers } = this.#attempt;
    return this.#activity.questions.filter(({ id }) => id in answers);
  }

  #firstOpen() {
    const { answers } = this.#attempt;
    return (
      this.#activity.questions.find(({ id }) => !(id in answers)) ?? this.#activity.questions[0]
    );
  }

  #ask(question) {
    const index = this.#activity.questions.indexOf(question);
    const view = questionView({
      ...this.#context,
      activity: this.#activity,
      question,
      index,
      onNext: () => this.#afterQuestion(index),
      onPrevious: index > 0 ? () => this.#ask(this.#activity.questions[index - 1]) : null,
    });
    this.#show(view);
    moveTo(view.querySelector("h2"));
  }

  #afterQuestion(index) {
    const next = this.#activity.questions[index + 1];
    if (next) {
      this.#ask(next);
    } else if (this.#attempt.completed) {
      this.#show(this.#result());
      moveTo(this.#stage.querySelector("h2"));
    } else {
      this.#ask(this.#firstOpen());
    }
  }

  #result() {
    return resultView({
      ...this.#context,
      activity: this.#activity,
      attempt: this.#attempt,
      onRestart: () => this.#restart(),
    });
  }

  async #restart() {
    try {
      await this.#context.learner.restart(this.#activity);
    } catch (error) {
      if (!(error instanceof Failure)) throw error;
      this.#stage.prepend(failureNotice(this.#context.texts, error));
      return;
    }
    this.#ask(this.#activity.questions[0]);
  }
}

/** Put the focus on a heading and bring it into view. */
function moveTo(heading) {
  heading.focus({ preventScroll: true });
  heading.scrollIntoView({ block: "start" });
}
