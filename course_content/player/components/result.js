/** The result of an attempt: the score, what became of it, and every answer again. */
import { h, icon, plainText } from "../dom.js";
import { questionControl } from "./questions/index.js";
import { outcomeOf, tag } from "./questions/outcome.js";

/** Which attempt it is, of how many. */
export function attemptWords(texts, number, attemptsLeft) {
  if (attemptsLeft === null) return texts.t("quiz.attempts.unlimited");
  return texts.t("quiz.attempts", { number, total: number + attemptsLeft });
}

/** The score that counts: the best one, unless an instructor chose otherwise. */
export function countedWords(texts, { counting }, score) {
  const percent = texts.percent(score);
  if (!counting) return texts.t("quiz.best", { percent });
  return `${texts.t("grade.counted", { percent })} ${texts.t(`grade.rule.${counting}`)}`;
}

/**
 * @param {{activity, attempt, texts, grade, lifetime, announce, onRestart: () => void,
 *   gradeStatus?: typeof import("./grade-status.js").gradeStatus}} context `gradeStatus` where
 *   somebody tells what became of the grade
 */
export function resultView(context) {
  const { activity, attempt, texts } = context;
  return h(
    "section",
    { class: "result" },
    h("h2", { tabindex: "-1", class: "result__title" }, texts.t("result.title")),
    summary(context),
    activity.graded && context.gradeStatus?.(context),
    attempt.attemptsLeft !== 0 && restart(context),
    h("h3", { class: "result__review-title" }, texts.t("result.review")),
    h(
      "ol",
      { class: "review" },
      activity.questions.map((question, i) => reviewItem(context, question, i)),
    ),
  );
}

function summary({ activity, attempt, texts }) {
  const score = activity.counting ? attempt.best : attempt.score;
  // A product such as 0.57 × 100 is a little less than it should be.
  const isPassed = Math.round(score * 1e4) >= activity.passMark * 100;
  const outcomes = activity.questions
    .filter(({ id }) => attempt.answers[id])
    .map(({ id }) => outcomeOf(attempt.answers[id].verdict));
  const count = (wanted) => outcomes.filter((outcome) => outcome === wanted).length;
  return h(
    "div",
    { class: `score score--${isPassed ? "passed" : "failed"}` },
    h("p", { class: "score__figure" }, texts.percent(attempt.score)),
    h(
      "div",
      { class: "score__words" },
      h(
        "p",
        { class: "score__verdict" },
        icon(isPassed ? "check" : "partial"),
        texts.t(isPassed ? "result.passed" : "result.failed"),
      ),
      h("p", {}, texts.t("result.right", { count: count("correct"), total: activity.questions.length })),
      count("partial") > 0 && h("p", {}, texts.t("result.partial", { count: count("partial") })),
      h("p", {}, texts.t("result.passMark", { percent: texts.percent(activity.passMark / 100) })),
      (activity.counting || attempt.best !== attempt.score) &&
        h("p", {}, countedWords(texts, activity, attempt.best)),
      h("p", {}, attemptWords(texts, attempt.number, attempt.attemptsLeft)),
    ),
  );
}

function restart({ texts, onRestart }) {
  return h(
    "button",
    { type: "button", class: "button", on: { click: onRestart } },
    texts.t("result.restart"),
  );
}

function reviewItem(context, question, index) {
  const { attempt, texts, announce } = context;
  const answer = attempt.answers[question.id];
  if (!answer) return h("li", { class: "review__item" }, plainText(question.prompt));
  const outcome = outcomeOf(answer.verdict);
  const promptId = `review-${index}`;
  const details = h("details", { class: "review__details" });
  details.append(
    h(
      "summary",
      {},
      h("span", { class: "review__prompt" }, firstWords(question.prompt)),
      tag(texts, `outcome.${outcome}`, outcome),
    ),
  );
  details.addEventListener("toggle", () => {
    if (details.childElementCount === 1) details.append(reviewedAnswer());
  });
  return h("li", { class: "review__item" }, details);

  function reviewedAnswer() {
    const control = questionControl({
      question,
      draft: answer.response,
      labelledBy: promptId,
      describedBy: promptId,
      texts,
      announce,
      onChange() {},
    });
    const body = h(
      "div",
      { class: "review__body" },
      h("div", { id: promptId, class: "prose", html: question.prompt }),
      answer.response === undefined ? h("p", {}, texts.t("answer.forgotten")) : control.element,
      answer.verdict.feedback.map((html) => h("div", { class: "review__feedback prose", html })),
    );
    control.freeze(answer.verdict);
    return body;
  }
}

function firstWords(html) {
  const words = plainText(html).replace(/\s+/g, " ");
  if (words.length <= 120) return words;
  return `${words.slice(0, words.lastIndexOf(" ", 119)).replace(/[\s.,;:]+$/, "")}…`;
}
