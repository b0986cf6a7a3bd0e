/**
 * On paper a unit is one document: all its pages, the questions of its quizzes, and what was made
 * in its workshops. A workshop that is on the screen is printed by itself: it is one's own.
 */
import { h } from "../dom.js";
import { outcomesView } from "./outcomes.js";
import { pageBody } from "./page.js";
import { workshopOnPaper } from "./workshops/paper.js";

const EMPTY_SHELF = { opened: () => undefined };

/**
 * Lay the unit out whenever the browser is about to print.
 * @param {Window} window
 * @param {{texts: import("../texts.js").Texts, course: import("../course.js").Course,
 *   works: import("../tracking/works.js").Works}} context
 * @param {() => {step: import("../course.js").Step, content: object}|null} shown
 * @returns {() => void} print what is shown as a sheet to fill in by hand, without one's work
 */
export function openPrintout(window, { texts, course, works }, shown) {
  let printout = null;
  let paper = null;
  let shelf = works;
  window.addEventListener("beforeprint", () => {
    const current = shown();
    if (!current) return;
    paper = new AbortController();
    printout = unitOnPaper(current, { texts, course, works: shelf, lifetime: paper.signal });
    window.document.body.append(printout);
  });
  window.addEventListener("afterprint", () => {
    printout?.remove();
    paper?.abort();
    printout = null;
    shelf = works;
  });
  return () => {
    shelf = EMPTY_SHELF;
    window.print();
  };
}

function unitOnPaper({ step, content }, context) {
  const { unit } = step;
  const isWhole = step.kind !== "workshop" && unit.isWhole;
  const steps = step.kind === "workshop" ? [step] : unit.steps;
  return h(
    "div",
    { class: "printout" },
    h("p", { class: "printout__course" }, context.course.title),
    unit.steps.length > 1 && h("p", { class: "printout__title" }, unit.title),
    isWhole && outcomesView(context.texts, unit),
    steps.map((each) => stepOnPaper(each, content.steps[each.id], context)),
  );
}

const BODIES = {
  page: ({ html }, { course }) => pageBody(html, course),
  quiz: ({ activity }, { texts }) => quizOnPaper(activity, texts),
  workshop: ({ workshop }, context) => workshopOnPaper(workshop, context.works, context),
};

function stepOnPaper(step, content, context) {
  const body = BODIES[step.kind](content, context);
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
