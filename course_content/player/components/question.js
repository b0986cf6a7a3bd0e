/** One question: its prompt, the way to answer it, and what is said to the answer. */
import { h, icon } from "../dom.js";
import { InvalidResponse } from "../scoring.js";
import { Failure } from "../tracking/failure.js";
import { failureNotice } from "./failure.js";
import { questionControl } from "./questions/index.js";
import { outcomeOf } from "./questions/outcome.js";

const OUTCOME_ICONS = { correct: "check", partial: "partial", incorrect: "cross" };

/**
 * @param {{activity, question, index: number, texts, learner, announce,
 *   onNext: () => void, onPrevious: (() => void)|null}} context
 */
export function questionView(context) {
  const { activity, question, index, texts, learner, onPrevious } = context;
  const shownAt = performance.now();
  const promptId = `prompt-${index}`;
  const missingId = `missing-${index}`;
  const answer = learner.attempt(activity).answers[question.id];
  const control = questionControl({
    question,
    draft: answer ? answer.response : learner.draft(activity.id, question.id),
    labelledBy: promptId,
    describedBy: missingId,
    texts,
    announce: context.announce,
    onChange() {
      missing.replaceChildren();
      learner.keepDraft(activity.id, question.id, control.value());
    },
  });
  const missing = h("p", { id: missingId, class: "missing", "aria-live": "polite" });
  const after = h("div", { class: "question__after" });
  const form = h(
    "form",
    {
      class: "question",
      novalidate: true,
      on: {
        submit(event) {
          event.preventDefault();
          submit({ ...context, control, missing, after, shownAt });
        },
      },
    },
    heading(context),
    h("div", { id: promptId, class: "question__prompt prose", html: question.prompt }),
    control.element,
    missing,
    after,
    onPrevious &&
      h(
        "button",
        {
          type: "button",
          class: "button button--quiet question__previous",
          on: { click: onPrevious },
        },
        icon("previous"),
        texts.t("question.previous"),
      ),
  );
  if (answer) {
    showVerdict({ ...context, control, after }, answer.verdict, answer.response === undefined);
  } else after.append(validateButton(texts));
  return form;
}

function heading({ texts, activity, index }) {
  const total = activity.questions.length;
  return h(
    "header",
    { class: "question__header" },
    h("h2", { tabindex: "-1" }, texts.t("question.place", { number: index + 1, total })),
    h("progress", { max: total, value: index + 1, "aria-hidden": "true" }),
  );
}

function validateButton(texts) {
  return h(
    "button",
    { type: "submit", class: "button button--main" },
    texts.t("question.validate"),
  );
}

async function submit(context) {
  const { activity, question, texts, learner, control, missing, after, shownAt } = context;
  const button = after.querySelector("[type='submit']");
  if (!button || button.getAttribute("aria-disabled") === "true") return;
  const name = control.missing();
  if (name) {
    missing.replaceChildren(icon("warning"), texts.t(name));
    control.focus();
    return;
  }
  button.setAttribute("aria-disabled", "true");
  try {
    const seconds = (performance.now() - shownAt) / 1000;
    const verdict = await learner.answer(activity, question.id, control.value(), seconds);
    showVerdict(context, verdict, false);
    after.querySelector(".verdict__title").focus();
  } catch (error) {
    showFailure(context, error);
  }
}

/** The answer could not be marked: it stays in the form, and one may try again. */
function showFailure({ texts, after }, error) {
  const failure = error instanceof InvalidResponse ? new Failure("invalid") : error;
  if (!(failure instanceof Failure)) throw error;
  const button = validateButton(texts);
  after.replaceChildren(failureNotice(texts, failure), button);
  button.focus();
}

function showVerdict(context, verdict, isForgotten) {
  const { texts, control, after, activity, index, onNext } = context;
  control.freeze(verdict);
  const isLast = index === activity.questions.length - 1;
  after.replaceChildren(
    verdictPanel(texts, verdict, isForgotten),
    h(
      "button",
      { type: "button", class: "button button--main", on: { click: onNext } },
      texts.t(isLast ? "question.result" : "question.next"),
      icon("next"),
    ),
  );
}

/** What is said to an answer. */
function verdictPanel(texts, verdict, isForgotten) {
  const outcome = outcomeOf(verdict);
  return h(
    "section",
    { class: `verdict verdict--${outcome}`, "aria-labelledby": "verdict-title" },
    h(
      "h3",
      { id: "verdict-title", class: "verdict__title", tabindex: "-1" },
      icon(OUTCOME_ICONS[outcome]),
      texts.t(`outcome.${outcome}`),
      outcome === "partial" && h("span", { class: "verdict__share" }, texts.percent(verdict.score)),
    ),
    isForgotten && h("p", { class: "verdict__forgotten" }, texts.t("answer.forgotten")),
    verdict.feedback.map((html) => h("div", { class: "prose", html })),
  );
}
