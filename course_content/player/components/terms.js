/**
 * Until when work is awaited, and what was granted: above every step, at each activity, and on the
 * home page. Where our own server keeps the work, and nowhere else.
 */
import { h, icon } from "../dom.js";

/** What a browser's timer can wait for. */
const LONGEST_WAIT_MS = 2 ** 31 - 1;

const present = (terms) => Date.now() + terms.offset;

/** When a minute that is named is over. */
const endOf = (terms, date) => Date.parse(date) + terms.minute * 1000;

const isOver = (terms, date) => date !== null && present(terms) >= endOf(terms, date);

/** In the time of the class, which is named where this device is in another. */
function written(texts, zone, date) {
  const moment = new Date(date);
  const here = texts.moment(moment);
  let there;
  try {
    const style = { dateStyle: "long", timeStyle: "short", timeZone: zone };
    there = new Intl.DateTimeFormat(texts.language, style).format(moment);
  } catch {
    // A browser that is older than the zone.
    return here;
  }
  if (there === here) return here;
  return texts.t("due.zone", { date: there, place: zone.split("/").pop().replaceAll("_", " ") });
}

/** Call back as soon as one of these dates has passed, until the lifetime ends. */
function atNextChange(terms, all, lifetime, change) {
  const ends = all
    .flatMap(({ due, closes }) => [due, closes])
    .filter((date) => date !== null && !isOver(terms, date))
    .map((date) => endOf(terms, date));
  if (ends.length === 0) return;
  const wait = Math.min(...ends) - present(terms);
  const timer = setTimeout(change, Math.min(wait, LONGEST_WAIT_MS));
  lifetime?.addEventListener("abort", () => clearTimeout(timer), { once: true });
}

/**
 * The strip under the bar: what holds for all that is open here, and the platform's own date.
 * @param {import("../texts.js").Texts} texts
 * @param {import("../tracking.js").Tracking} tracking
 * @param {string|undefined} platformDue until when the platform said that it awaits the work
 */
export function termsStrip(texts, tracking, platformDue) {
  const element = h("p", { class: "due" });
  const draw = () => {
    const lines = stripLines(texts, tracking.terms.value, platformDue);
    element.hidden = lines.length === 0;
    element.replaceChildren(icon("clock"), h("span", {}, lines.join(" ")));
  };
  tracking.terms.subscribe((terms) => {
    draw();
    if (terms?.whole) atNextChange(terms, [terms.whole], null, draw);
  });
  return element;
}

function stripLines(texts, terms, platformDue) {
  const { due = null, closes = null } = terms?.whole ?? {};
  const lines = [];
  if (due) {
    const name = isOver(terms, due) ? "due.past" : "due.before";
    lines.push(`${texts.t(name, { date: written(texts, terms.zone, due) })}.`);
  }
  if (closes) lines.push(closing(texts, terms, closes));
  if (!platformDue) return lines;
  const date = texts.moment(new Date(platformDue));
  if (!due) {
    const isPast = new Date(platformDue) < new Date();
    return [`${texts.t(isPast ? "due.platform.past" : "due.platform", { date })}.`, ...lines];
  }
  const isSame = Math.abs(Date.parse(platformDue) - Date.parse(due)) < terms.minute * 1000;
  return isSame ? lines : [...lines, texts.t("due.platform.other", { date })];
}

function closing(texts, terms, closes) {
  const name = isOver(terms, closes) ? "due.closed" : "due.closes";
  return texts.t(name, { date: written(texts, terms.zone, closes) });
}

/**
 * A step's body, with what holds for it. An activity that is given another attempt meanwhile is
 * shown anew, unless a question is being answered.
 * @param {object} context the step's, see stepView
 * @param {() => HTMLElement} body makes it
 */
export function withTerms(context, body) {
  const { step, course, terms, learner, lifetime } = context;
  const isHome = step === course.home;
  if (step.kind === "page" && !isHome) return body();
  const notice = h("div", { class: isHome ? "due-list" : "due-notice" });
  let view = null;
  const draw = () => {
    const parts = isHome ? homeList(context) : stepLines(context);
    notice.hidden = parts.length === 0;
    notice.replaceChildren(...parts);
  };
  const tell = () => {
    draw();
    if (!isHome) context.announce(notice.textContent);
    watch();
  };
  const watch = () => {
    const now = terms.value;
    if (!now) return;
    const all = isHome ? Object.values(now.steps) : [now.steps[step.id]].filter(Boolean);
    atNextChange(now, all, lifetime, tell);
  };
  terms.subscribe(() => {
    const isNew = allowMore(context);
    draw();
    watch();
    if (isNew && view && !view.querySelector("form.question")) {
      const again = body();
      view.replaceWith(again);
      view = again;
    }
  }, lifetime);
  learner.changed.subscribe(draw, lifetime);
  view = body();
  return [notice, view];
}

/** How many attempts the course's files allow, of the activities that were given more. */
const allowedByCourse = new WeakMap();

/** Let the activity have the attempts that were given; whether that is news. */
function allowMore({ step, content, terms, learner }) {
  const activity = step.kind === "quiz" ? content.activity : null;
  if (!activity?.attempts || !terms.value) return false;
  if (!allowedByCourse.has(activity)) allowedByCourse.set(activity, activity.attempts);
  const allowed = allowedByCourse.get(activity) + (terms.value.steps[step.id]?.extra ?? 0);
  activity.attempts = allowed;
  const attempt = learner.attempts[step.id];
  const left = attempt && Math.max(0, allowed - attempt.number);
  if (!attempt || attempt.attemptsLeft === left) return !attempt;
  learner.attempts = { ...learner.attempts, [step.id]: { ...attempt, attemptsLeft: left } };
  return true;
}

function isDone(learner, step) {
  return step.kind === "workshop" ? step.id in learner.handed : learner.isDone(step);
}

/** What there is to say at an activity beyond what the strip says of everything. */
function stepLines({ step, texts, terms, learner }) {
  const now = terms.value;
  const bounds = now?.steps[step.id];
  if (!bounds) return [];
  const { due, closes, extended, extra } = bounds;
  const lines = [];
  if (due) {
    const open = isOver(now, due) ? "due.late" : "due.before";
    const name = isDone(learner, step) ? "due.was" : open;
    const line = texts.t(name, { date: written(texts, now.zone, due) });
    lines.push(name === "due.before" ? `${line}.` : line);
  }
  if (closes) {
    lines.push(closing(texts, now, closes));
    const isShort = step.kind === "quiz" && !isOver(now, closes);
    if (isShort) lines.push(texts.t("due.grace", { count: now.grace / 60 }));
  }
  if (extended) lines.push(texts.t("due.extended"));
  if (extra > 0) lines.push(texts.t("due.extra", { count: extra }));
  return [icon("clock"), h("p", {}, lines.join(" "))];
}

/** The dates of all that is open here, the next one first. */
function homeList({ texts, course, terms, learner }) {
  const now = terms.value;
  const dated = course.steps
    .map((step) => ({ step, ...now?.steps[step.id] }))
    .filter(({ due, closes }) => due || closes)
    .sort((one, other) => Date.parse(one.due ?? one.closes) - Date.parse(other.due ?? other.closes));
  if (dated.length === 0) return [];
  return [
    h("h2", {}, texts.t("due.title")),
    h("ol", {}, dated.map((one) => homeLine(texts, now, learner, one))),
  ];
}

function homeLine(texts, terms, learner, { step, due, closes, extended }) {
  const state = stateOf(terms, learner, { step, due, closes });
  const name = due ? "due.item" : "due.item.closes";
  return h(
    "li",
    { "data-state": state },
    h("a", { href: `#/${step.path}` }, step.title),
    " ",
    h("span", {}, texts.t(name, { date: written(texts, terms.zone, due ?? closes) })),
    state !== "open" && h("span", { class: "tag" }, texts.t(`due.state.${state}`)),
    extended && h("span", { class: "due-list__more" }, texts.t("due.extended")),
  );
}

function stateOf(terms, learner, { step, due, closes }) {
  if (isDone(learner, step)) return "done";
  if (isOver(terms, closes)) return "closed";
  return isOver(terms, due) ? "late" : "open";
}
