/** On paper a unit is one document: all its pages, and the questions of its quizzes. */
import { h } from "../dom.js";
import { pageBody } from "./page.js";

/**
 * Lay the unit out whenever the browser is about to print.
 * @param {Window} window
 * @param {() => {unit: import("../course.js").Unit, content: object}|null} shown
 */
export function openPrintout(window, shown) {
  let printout = null;
  window.addEventListener("beforeprint", () => {
    const current = shown();
    if (!current) return;
    printout = unitOnPaper(current);
    window.document.body.append(printout);
  });
  window.addEventListener("afterprint", () => {
    printout?.remove();
    printout = null;
  });
}

function unitOnPaper({ unit, content }) {
  return h(
    "div",
    { class: "printout" },
    unit.steps.length > 1 && h("p", { class: "printout__title" }, unit.title),
    unit.steps.map((step) => stepOnPaper(step, content.steps[step.id])),
  );
}

function stepOnPaper(step, content) {
  const body =
    step.kind === "quiz"
      ? h("ol", { class: "printout__questions" }, content.activity.questions.map(questionOnPaper))
      : pageBody(content.html);
  return h("article", { class: "step" }, h("h1", {}, step.title), body);
}

function questionOnPaper(question) {
  const options = question.choices ?? question.items ?? question.left ?? [];
  return h(
    "li",
    {},
    h("div", { class: "prose", html: question.prompt }),
    options.length > 0 &&
      h(
        "ul",
        {},
        options.map(({ text }) => h("li", { html: text })),
      ),
    question.options &&
      h(
        "ul",
        { class: "printout__options" },
        question.options.map(({ text }) => h("li", { html: text })),
      ),
  );
}
