/**
 * Until when work is awaited, and what was granted: above every step, at each activity, and on the
 * home page. Where our own server keeps the work, and nowhere else.
 */
import { h, icon } from "../dom.js";

/** What a browser's timer can wait for. */
const LONGEST_WAIT_MS = 2 ** 31 - 1;
/** Dates that the home page shows at once, of what can still be done. */
const MOST_SHOWN = 4;
const LEFT = ["late", "open"];
/** Dates that differ by less are the same: platforms write 23:59 and 23:59:59 alike. */
const SAME_MS = 60_000;

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

/**
 * What calls back as soon as one of some dates has passed, until the lifetime ends. Told of others,
 * it forgets those before.
 */
function nextChange(lifetime, change) {
  let timer;
  lifetime?.addEventListener("abort", () => clearTimeout(timer), { once: true });
  return (terms, all) => {
    clearTimeout(timer);
    const ends = all
      .flatMap(({ due, closes }) => [due, closes])
      .filter((date) => date !== null && !isOver(terms, date))
      .map((date) => endOf(terms, date));
    if (ends.length === 0) return;
    const wait = Math.min(...ends) - present(terms);
    timer = setTimeout(change, Math.min(wait, LONGEST_WAIT_MS));
  };
}

/**
 * The strip under the bar: what holds for all that is open here, and the platform's own date.
 * @param {import("../texts.js").Texts} texts
 * @param {import("../tracking.js").Tracking} tracking
 * @param {string|undefined} platformDue until when the platform said that it awaits the work
 */
export function termsStrip(texts, tracking, platformDue) {
  const element = h("aside", { class: "due", "aria-label": texts.t("due.title") });
  const platform = { due: platformDue ?? null, closes: null };
  const draw = () => {
    const terms = tracking.terms.value;
    const lines = stripLines(texts, terms, platformDue);
    element.hidden = lines.length === 0;
    element.replaceChildren(icon("clock"), h("span", {}, lines.join(" ")));
    if (terms) watch(terms, terms.whole ? [terms.whole, platform] : [platform]);
  };
  const watch = nextChange(null, draw);
  tracking.terms.subscribe(draw);
  return element;
}

function stripLines(texts, terms, platformDue) {
  const whole = terms?.whole ?? { due: null, closes: null };
  const lines = terms ? [wholeLine(texts, terms, whole)].filter(Boolean) : [];
  return platformDue ? withPlatform(texts, lines, terms, platformDue) : lines;
}

/** The date that is next is enough here: each activity says the rest. */
function wholeLine(texts, terms, { due, closes }) {
  const isPast = isOver(terms, due);
  if (closes && (due === null || isPast)) return closing(texts, terms, closes);
  if (due === null) return null;
  return `${texts.t(isPast ? "due.past" : "due.before", { date: written(texts, terms.zone, due) })}.`;
}

/** The platform's own date, as such: alone where there is no other, else where it differs. */
function withPlatform(texts, lines, terms, platformDue) {
  const due = terms?.whole?.due ?? null;
  const moment = new Date(platformDue);
  const date = texts.moment(moment);
  if (due === null) {
    const now = terms ? present(terms) : Date.now();
    const name = moment < now ? "due.platform.past" : "due.platform";
    return [`${texts.t(name, { date })}.`, ...lines];
  }
  const isSame = Math.abs(moment - new Date(due)) < SAME_MS;
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
    watchDates(now, all);
  };
  const watchDates = nextChange(lifetime, tell);
  terms.subscribe(() => {
    const isNew = allowMore(context);
    draw();
    watch();
    if (isNew && view && !view.querySelector("form.question")) {
      const hadFocus = view.contains(document.activeElement);
      const again = body();
      view.replaceWith(again);
      view = again;
      if (hadFocus) view.querySelector("button")?.focus();
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
  const allowed = allowedByCourse.get(activity) + extraAt(terms.value, step);
  if (allowed === activity.attempts) return false;
  activity.attempts = allowed;
  const attempt = learner.attempts[step.id];
  const attemptsLeft = attempt && Math.max(0, allowed - attempt.number);
  if (attempt?.attemptsLeft === attemptsLeft) return !attempt;
  learner.attempts = { ...learner.attempts, [step.id]: { ...attempt, attemptsLeft } };
  return true;
}

const extraAt = (terms, step) => terms.steps[step.id]?.extra ?? 0;

function isDone(learner, step) {
  return step.kind === "workshop" ? step.id in learner.handed : learner.isDone(step);
}

/** What there is to say at an activity. */
function stepLines(context) {
  const { step, texts, terms } = context;
  const bounds = terms.value?.steps[step.id];
  if (!bounds) return [];
  const { due, closes, extended, extra } = bounds;
  const lines = [
    due && dueLine(context, due),
    ...(closes ? closingLines(context, closes) : []),
    extended && texts.t("due.extended"),
    extra > 0 && texts.t("due.extra", { count: extra }),
  ];
  return [icon("clock"), h("p", {}, lines.filter(Boolean).join(" "))];
}

function dueLine({ step, texts, terms, learner }, due) {
  const date = written(texts, terms.value.zone, due);
  if (isDone(learner, step)) return texts.t("due.was", { date });
  if (isOver(terms.value, due)) return texts.t("due.late", { date });
  return `${texts.t("due.before", { date })}.`;
}

function closingLines({ step, texts, terms }, closes) {
  const line = closing(texts, terms.value, closes);
  const hasGrace = step.kind === "quiz" && !isOver(terms.value, closes);
  return hasGrace ? [line, texts.t("due.grace", { count: terms.value.grace / 60 })] : [line];
}

const firstOf = ({ due, closes }) => Date.parse(due ?? closes);

/** The dates of all that is open here: what is left to do, the next one first, then the rest. */
function homeList(context) {
  const { texts, course, terms } = context;
  const now = terms.value;
  const dated = course.steps
    .map((step) => ({ step, ...now?.steps[step.id] }))
    .filter(({ due, closes }) => due || closes)
    .map((one) => ({ ...one, state: stateOf(context, one) }))
    .sort((one, other) => firstOf(one) - firstOf(other));
  if (dated.length === 0) return [];
  const shown = dated.filter(({ state }) => LEFT.includes(state)).slice(0, MOST_SHOWN);
  const others = dated.filter((one) => !shown.includes(one));
  const list = (some) => h("ol", {}, some.map((one) => homeLine(texts, now, one)));
  return [
    h("h2", {}, texts.t("due.title")),
    shown.length > 0 && list(shown),
    others.length > 0 &&
      h(
        "details",
        {},
        h("summary", {}, texts.t("due.others", { count: others.length })),
        list(others),
      ),
  ].filter(Boolean);
}

function homeLine(texts, terms, { step, due, closes, extended, state }) {
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

function stateOf({ terms, learner }, { step, due, closes }) {
  if (isDone(learner, step)) return "done";
  if (isOver(terms.value, closes)) return "closed";
  return isOver(terms.value, due) ? "late" : "open";
}
