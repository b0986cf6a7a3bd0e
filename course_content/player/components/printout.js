/** On paper a unit is one document: all its pages, and the questions of its quizzes. */
import { h } from "../dom.js";
import { pageBody } from "./page.js";

/**
 * Lay the unit out whenever the browser is about to print.
 * @param {Window} window
 * @param {import("../texts.js").Texts} texts
 * @param {() => {unit: import("../course.js").Unit, content: object}|null} shown
 */
export function openPrintout(window, texts, shown) {
  let printout = null;
  window.addEventListener("beforeprint", () => {
    const current = shown();
    if (!current) return;
    printout = unitOnPaper(current, texts);
    window.document.body.append(printout);
  });
  window.addEventListener("afterprint", () => {
    printout?.remove();
    printout = null;
  });
}

function unitOnPaper({ unit, content }, texts) {
  return h(
    "div",
    { class: "printout" },
    unit.steps.length > 1 && h("p", { class: "printout__title" }, unit.title),
    unit.steps.map((step) => stepOnPaper(step, content.steps[step.id], texts)),
  );
}

function stepOnPaper(step, content, texts) {
  const body = step.kind === "quiz" ? quizOnPaper(content.activity, texts) : pageBody(content.html);
  return h("article", { class: "step" }, h("h1", {}, step.title), body);
}

function quizOnPaper({ questions }, texts) {
  return h(
    "ol",
    { class: "printout__questions" },
    questions.map((question) =>
      h(
        "li",
        {},
        h("div", { class: "prose", html: question.prompt }),
        ANSWERS_ON_PAPER[question.kind](question, texts),
      ),
    ),
  );
}

/** A box to tick, or to write a number or a letter into, before each of them. */
function boxes(htmls) {
  return h(
    "ul",
    { class: "printout__boxes" },
    htmls.map((html) => h("li", { html })),
  );
}

const htmlOf = ({ text }) => text;
const choices = (question) => boxes(question.choices.map(htmlOf));
const line = ({ unit }) => h("p", { class: "printout__line" }, unit);

/** Room to answer with a pen, for each kind of question. */
const ANSWERS_ON_PAPER = {
  single: choices,
  multiple: choices,
  true_false: (_question, texts) => boxes([texts.t("true"), texts.t("false")]),
  ordering: ({ items }) => boxes(items.map(htmlOf)),
  matching: ({ left, options }) => [
    boxes(left.map(htmlOf)),
    h(
      "ol",
      { class: "printout__options", type: "A" },
      options.map(({ text }) => h("li", { html: text })),
    ),
  ],
  numeric: line,
  text: line,
};
