/**
 * The module at one look: its parts, how far one has come in each unit, what is left, the way
 * back to where one stopped. A unit is a knot of a mooring line; what it shows, words say too.
 */
import { h, icon } from "../dom.js";
import { svg } from "./workshops/svg.js";

/** Minutes are an estimate: more than a few are told in fives. */
const ROUND = 5;

/** @param {object} context the step's, see stepView */
export function progressMap(context) {
  const { learner, lifetime } = context;
  const element = h("section", { class: "voyage", "aria-labelledby": "voyage-title" });
  learner.changed.subscribe(() => element.replaceChildren(...drawn(context)), lifetime);
  return element;
}

function drawn({ texts, course, learner }) {
  const parts = course.parts.filter(({ units: [first] }) => first && first !== course.home.unit);
  const { position } = learner.state;
  const place = position === course.home.path ? undefined : course.step(position);
  return [
    h("h2", { id: "voyage-title" }, texts.t("voyage.title")),
    h(
      "div",
      { class: "voyage__start" },
      wayOn(texts, place ?? parts[0].units[0].steps[0], place),
      h("p", {}, summary(texts, learner.standing(course.units))),
    ),
    h(
      "ol",
      { class: "voyage__parts" },
      parts.map((part) => partView(texts, learner, part, place)),
    ),
    h(
      "p",
      { class: "voyage__aside" },
      course.appendices.map(({ steps: [page] }) =>
        h("a", { href: `#/${page.path}` }, icon("book"), page.title),
      ),
    ),
  ];
}

function wayOn(texts, step, place) {
  return h(
    "a",
    { class: "button button--main voyage__go", href: `#/${step.path}` },
    h("span", {}, texts.t(place ? "voyage.resume" : "voyage.start")),
    h("span", { class: "voyage__where" }, step.title),
  );
}

function summary(texts, { state, done, total, minutes }) {
  if (state === "done") return texts.t("end.done");
  const steps = texts.t("map.progress", { count: done, total });
  return `${steps}. ${texts.t("voyage.left", { time: duration(texts, minutes) })}`;
}

function partView(texts, learner, part, place) {
  const { state, minutes } = learner.standing(part.units);
  const done = part.units.filter((unit) => learner.standing([unit]).state === "done").length;
  const count = texts.t("voyage.units", { count: done, total: part.units.length });
  return h(
    "li",
    { class: "voyage__part" },
    h("h3", {}, part.title),
    h(
      "p",
      { class: "voyage__facts" },
      [count, left(texts, state, minutes)].filter(Boolean).join(" · "),
    ),
    h(
      "ol",
      { class: "voyage__units" },
      part.units.map((unit) => unitView(texts, learner, unit, unit === place?.unit)),
    ),
  );
}

function unitView(texts, learner, unit, isHere) {
  const standing = learner.standing([unit]);
  const open = unit.steps.find((step) => !learner.isDone(step)) ?? unit.steps[0];
  return h(
    "li",
    { class: "voyage__unit", "data-state": standing.state },
    knot(standing, unit.steps.some(({ kind }) => kind === "workshop")),
    h(
      "p",
      { class: "voyage__unit-title" },
      h("a", { href: `#/${open.path}` }, unit.title),
      isHere && h("span", { class: "tag" }, texts.t("voyage.here")),
    ),
    h("p", { class: "voyage__facts" }, facts(texts, learner, unit, standing).join(" · ")),
  );
}

/** A ring that closes as one advances, with a tick once it is closed; a square for a workshop. */
function knot({ state, done, total }, isWorkshop) {
  const path = isWorkshop ? "M12 3h9v18H3V3h9" : "M12 3a9 9 0 1 1 0 18a9 9 0 1 1 0-18";
  const ring = svg("path", { class: "voyage__ring", d: path });
  const rope = svg("path", {
    class: "voyage__rope",
    d: path,
    pathLength: total,
    "stroke-dasharray": `${done} ${total}`,
  });
  const tick = svg("path", { class: "voyage__tick", d: "M7.5 12.5l3 3 6-7" });
  return svg(
    "svg",
    { class: "voyage__knot", viewBox: "0 0 24 24", "aria-hidden": true },
    ring,
    ...(done > 0 ? [rope] : []),
    ...(state === "done" ? [tick] : []),
  );
}

function facts(texts, learner, unit, standing) {
  const { state, done, total, minutes, score } = standing;
  const works = unit.steps
    .filter((step) => step.kind === "workshop" && learner.stateOf(step) !== "new")
    .map((step) => {
      const work = texts.t(`voyage.work.${learner.stateOf(step)}`);
      return texts.t("voyage.work", { title: step.title, work });
    });
  return [
    texts.t(`voyage.${state}`, { count: done, total }),
    left(texts, state, minutes),
    score !== null && texts.t("voyage.score", { percent: texts.percent(score) }),
    ...works,
  ].filter(Boolean);
}

function left(texts, state, minutes) {
  const time = duration(texts, minutes);
  if (state === "begun") return texts.t("voyage.rest", { time });
  return state === "new" && time;
}

function duration(texts, minutes) {
  const whole = minutes > ROUND ? Math.ceil(minutes / ROUND) * ROUND : Math.ceil(minutes);
  if (whole < 60) return texts.t("voyage.minutes", { count: whole });
  const past = whole % 60 ? String(whole % 60).padStart(2, "0") : "";
  return texts.t("voyage.hours", { hours: Math.floor(whole / 60), minutes: past }).trim();
}
