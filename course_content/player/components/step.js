/** One step on the screen: where it stands, its heading, its content, the ways on. */
import { h, icon } from "../dom.js";
import { Failure } from "../tracking/failure.js";
import { failureMessage } from "./failure.js";
import { outcomesView } from "./outcomes.js";
import { pageBody } from "./page.js";
import { progressMap } from "./progress-map.js";
import { QuizView } from "./quiz.js";
import { workshopView } from "./workshop.js";

const BODIES = {
  page: ({ content, course }) => pageBody(content.html, course),
  quiz: (context) => new QuizView(context).element,
  workshop: workshopView,
};

/**
 * @param {{step: import("../course.js").Step, content: object, texts, course, learner,
 *   grade: import("../signal.js").Signal, announce: (text: string) => void,
 *   printBlank: () => void, lifetime: AbortSignal}} context `lifetime` ends when another step is
 *   shown; `neighbour` is the tracking's, `leave` shows what there is to say once it took leave;
 *   `withTerms` shows a step's body with until when it is awaited, where that is known
 */
export function stepView(context) {
  const { step, texts, course } = context;
  const isHome = step === course.home && course.units.length > 1;
  const kind = step.unit.isAppendix ? "appendix" : isHome ? "home" : step.kind;
  return h(
    "article",
    { class: `step step--${kind}` },
    header(texts, step),
    isHome && progressMap(context),
    step.number === 1 && step.unit.isWhole && outcomesView(texts, step.unit),
    (context.withTerms ?? plain)(context, () => BODIES[step.kind](context)),
    ways(context),
  );
}

function plain(_context, body) {
  return body();
}

export function missingStep(texts, course) {
  return h(
    "article",
    { class: "step" },
    h("h1", { tabindex: "-1" }, texts.t("step.missing")),
    h("p", {}, texts.t("step.missing.remedy")),
    h(
      "p",
      {},
      h("a", { class: "button", href: `#/${course.steps[0].path}` }, texts.t("step.first")),
    ),
  );
}

export function failedStep(texts, step, failure, retry) {
  return h(
    "article",
    { class: "step" },
    header(texts, step),
    failureMessage(texts, failure),
    h("button", { type: "button", class: "button", on: { click: retry } }, texts.t("retry")),
  );
}

function header(texts, step) {
  const { unit } = step;
  const place = texts.t("step.place", { number: step.number, total: unit.steps.length });
  const isLone = unit.steps.length === 1;
  return h(
    "header",
    { class: "step__header" },
    h(
      "p",
      { class: "step__place" },
      h("span", {}, isLone ? around(texts, unit) : unit.title),
      !isLone && h("span", {}, place),
    ),
    h("h1", { tabindex: "-1" }, step.title),
  );
}

/** What a unit of one step stands in. */
function around(texts, unit) {
  if (unit.isAppendix) return texts.t("aside.title");
  return unit.isWhole ? unit.part.title : unit.title;
}

function ways(context) {
  const { step, texts, course, learner } = context;
  if (step.unit.isAppendix) {
    const back = course.step(learner.state.position) ?? course.steps[0];
    return h(
      "nav",
      { class: "ways", "aria-label": texts.t("ways.label") },
      way("previous", texts.t("ways.back"), back),
    );
  }
  const previous = course.previous(step);
  const next = course.next(step);
  return h(
    "nav",
    { class: "ways", "aria-label": texts.t("ways.label") },
    previous ? way("previous", texts.t("ways.previous"), previous) : wayOut(context, "previous"),
    ...(next ? [wayOn(context, next)] : [theEnd(context), wayOut(context, "continue")]),
  );
}

/** To the unit before or after, where an LMS opens each by itself. */
function wayOut({ texts, course, learner, neighbour, leave, lifetime }, request) {
  const unit = neighbour?.(request);
  if (!unit) return null;
  const { title, open } = unit;
  const isOn = request === "continue";
  if (!open) return isOn && h("p", { class: "way way--end" }, texts.t("end.outline", { title }));
  const direction = isOn ? "next" : "previous";
  const go = async () => {
    try {
      await open();
      leave(new Failure("moved", { detail: title }));
    } catch (failure) {
      button.replaceWith(failureMessage(texts, failure));
    }
  };
  const button = h(
    "button",
    { type: "button", class: `way way--${direction}`, on: { click: go } },
    ...wayWords(direction, texts.t(`ways.${direction}Unit`), title),
  );
  learner.changed.subscribe(() => {
    const isDone = course.steps.every((step) => learner.isDone(step));
    button.classList.toggle("way--ready", isOn && isDone);
  }, lifetime);
  return button;
}

/** The next step; it stands out once nothing is left to do here. */
function wayOn({ step, texts, learner, lifetime }, next) {
  const element = way("next", texts.t("ways.next"), next);
  learner.changed.subscribe(() => {
    element.classList.toggle("way--ready", step.kind === "page" || learner.isDone(step));
  }, lifetime);
  return element;
}

function way(direction, label, step) {
  return h(
    "a",
    { class: `way way--${direction}`, href: `#/${step.path}` },
    ...wayWords(direction, label, step.title),
  );
}

function wayWords(direction, label, title) {
  return [
    icon(direction),
    h(
      "span",
      { class: "way__words" },
      h("span", { class: "way__label" }, label),
      h("span", { class: "way__title" }, title),
    ),
  ];
}

/** After the last step: what is left to do, if anything. */
function theEnd({ step, texts, course, learner, neighbour, lifetime }) {
  const isUnit = Boolean(neighbour?.("previous") ?? neighbour?.("continue"));
  const element = h("div", { class: "way way--end" });
  learner.changed.subscribe(() => {
    const left = course.steps.filter((other) => !learner.isDone(other) && other !== step);
    const isDone = step.kind === "page" || learner.isDone(step);
    element.replaceChildren(
      h("p", { class: "way__title" }, endWords(texts, left.length, isDone, isUnit)),
      ...(left.length > 0 ? [h("a", { href: `#/${left[0].path}` }, left[0].title)] : []),
    );
  }, lifetime);
  return element;
}

function endWords(texts, left, isDone, isUnit) {
  if (left > 0) return texts.t("end.left", { count: left });
  return texts.t(`end.${isDone ? "done" : "last"}${isUnit ? ".unit" : ""}`);
}
