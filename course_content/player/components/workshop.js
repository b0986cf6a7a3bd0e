/**
 * A workshop: what is to be made, the tool to make it with, and how far one has come.
 *
 * What is the same for every tool is here: undoing, taking one's work out and in again, and the
 * list of what a complete work has. A tool is a function of components/workshops/.
 */
import { h, icon } from "../dom.js";
import { Failure } from "../tracking/failure.js";
import { failureMessage } from "./failure.js";
import { pageBody, withoutDeadLinks } from "./page.js";
import { chainTool } from "./workshops/chain.js";
import { offer, readWorkFile, workFile } from "./workshops/file.js";
import { gridTool } from "./workshops/grid.js";
import { handInSection } from "./workshops/hand-in.js";
import { mapTool } from "./workshops/map.js";
import { planTool } from "./workshops/plan.js";
import { portfolioTool } from "./workshops/portfolio.js";
import { radarTool } from "./workshops/radar.js";
import { sortingTool } from "./workshops/sorting.js";

/**
 * @typedef {object} Tool
 * @property {HTMLElement} element
 * @property {() => {text: string, isDone: boolean}[]} checklist what a complete work has
 *
 * @typedef {object} ToolContext
 * @property {object} workshop what is to be made, with the tool's own `settings`
 * @property {import("../works.js").Workpiece} piece what is being made
 * @property {{workshop: object, piece: import("../works.js").Workpiece}[]} reads what it begins
 *   from
 * @property {import("../texts.js").Texts} texts
 * @property {(text: string) => void} announce
 * @property {AbortSignal} lifetime
 */

/** @type {Record<string, (context: ToolContext) => Tool>} */
const TOOLS = {
  map: mapTool,
  grid: gridTool,
  plan: planTool,
  chain: chainTool,
  radar: radarTool,
  sorting: sortingTool,
  portfolio: portfolioTool,
};

/** @param {object} context the step's, see stepView; with the works' shelf as `works` */
export function workshopView(context) {
  const { content, texts, lifetime } = context;
  const { workshop } = content;
  const stage = h("div", { class: "workshop__stage", "aria-busy": "true" });
  stage.append(h("p", {}, texts.t("work.loading")));
  const show = (...shown) => {
    const hadFocus = stage.contains(document.activeElement);
    stage.replaceChildren(...shown);
    if (hadFocus) stage.querySelector("button, input")?.focus();
  };
  const load = async () => {
    const asked = [workshop, ...workshop.reads].map(({ id }) => context.works.open(id));
    try {
      const [piece, ...others] = await Promise.all(asked);
      if (lifetime.aborted) return;
      const reads = workshop.reads.map((read, i) => ({ workshop: read, piece: others[i] }));
      const parts = { ...context, workshop, piece, reads };
      const choice = context.groups?.groupChoice(parts, load);
      show(...(choice ? [choice] : [notes(parts, load), ...bench(parts)]));
    } catch (error) {
      if (!(error instanceof Failure)) throw error;
      show(failureMessage(texts, error), retryButton(texts, load));
    } finally {
      stage.removeAttribute("aria-busy");
    }
  };
  load();
  return h(
    "div",
    { class: "workshop" },
    workshop.instructions && pageBody(workshop.instructions, context.course),
    stage,
  );
}

/** With whom the work is made; nothing, where it could be nobody else's. */
function notes(context, reload) {
  const { workshop, piece, groups, texts } = context;
  const isAlone = workshop.group && piece.share === null;
  return h(
    "div",
    {},
    isAlone && h("p", {}, texts.t("share.none")),
    groups?.sharing(context, reload),
  );
}

function retryButton(texts, retry) {
  return h("button", { type: "button", class: "button", on: { click: retry } }, texts.t("retry"));
}

function bench(context) {
  const { workshop, piece, learner, lifetime } = context;
  const tool = TOOLS[workshop.tool](context);
  const list = h("ul", { class: "checklist" });
  piece.changed.subscribe(() => {
    const points = tool.checklist();
    list.replaceChildren(...points.map((point) => checkpoint(context, point)));
    if (points.every(({ isDone }) => isDone)) learner.finishWork(workshop.id);
  }, lifetime);
  return [
    toolbar(context),
    ...elsewhere(context),
    withoutDeadLinks(tool.element, context.course),
    h(
      "section",
      { class: "workshop__progress" },
      h("h2", {}, context.texts.t("work.progress")),
      list,
    ),
    ...(workshop.review
      ? [handInSection(context, () => tool.checklist(), () => download(context))]
      : []),
  ];
}

/**
 * What it begins from, where that is made in a unit that is not played here: what is shown of it is
 * what this browser has, and opening that unit once in this browser brings it.
 */
function elsewhere({ reads, texts }) {
  return reads
    .filter(({ piece }) => piece.isBorrowed)
    .map(({ workshop: { title }, piece }) => {
      const isHere = Object.keys(piece.records).length > 0;
      return h("p", { class: "notice" }, texts.t(`work.${isHere ? "copy" : "missing"}`, { title }));
    });
}

function checkpoint({ texts }, { text, isDone }) {
  const state = texts.t(isDone ? "work.done" : "work.open");
  return h(
    "li",
    { class: "checklist__point", "data-done": String(isDone) },
    icon(isDone ? "check" : "ring"),
    h("span", {}, text, h("span", { class: "visually-hidden" }, ` (${state})`)),
  );
}

function toolbar(context) {
  const { piece, texts, announce, lifetime } = context;
  const undo = action(texts, "undo", () => step(() => piece.undo(), "work.undone"));
  const redo = action(texts, "redo", () => step(() => piece.redo(), "work.redone"));
  const message = h("p", { class: "workshop__message", role: "status" });
  function step(take, said) {
    take();
    announce(texts.t(said));
  }
  piece.changed.subscribe(() => {
    setDisabled(undo, !piece.canUndo);
    setDisabled(redo, !piece.canRedo);
  }, lifetime);
  return h(
    "div",
    { class: "workshop__tools" },
    h(
      "div",
      { class: "workshop__bar", role: "toolbar", "aria-label": texts.t("work.tools") },
      undo,
      redo,
      action(texts, "download", () => download(context)),
      bringIn(context, message),
      action(texts, "print", () => window.print()),
      action(texts, "blank", context.printBlank),
    ),
    message,
  );
}

/** A button that says when it has nothing to do, and keeps the focus then. */
function setDisabled(button, isDisabled) {
  button.setAttribute("aria-disabled", String(isDisabled));
}

function action(texts, name, act) {
  const button = h(
    "button",
    {
      type: "button",
      class: "tool-button",
      on: { click: () => button.getAttribute("aria-disabled") !== "true" && act() },
    },
    icon(name),
    h("span", {}, texts.t(`work.${name}`)),
  );
  return button;
}

function download({ workshop, piece, course, texts, announce }) {
  const file = workFile(course, workshop, piece.records);
  offer(file);
  announce(texts.t("work.downloaded", { name: file.name }));
}

/**
 * Take up a file that was taken out before: it replaces the work, which undoing brings back. To a
 * group's work it is added.
 */
function bringIn({ workshop, piece, texts }, message) {
  const field = h("input", {
    type: "file",
    accept: ".json,application/json",
    class: "visually-hidden",
    tabindex: "-1",
    "aria-hidden": "true",
    on: {
      change: async () => {
        const [file] = field.files;
        field.value = "";
        if (!file) return;
        const records = readWorkFile(await file.text(), workshop);
        if (records) piece.change(piece.share ? records : replacement(piece.records, records));
        const news = piece.share ? "share.broughtIn" : "work.broughtIn";
        message.textContent = texts.t(records ? news : "work.notBroughtIn");
      },
    },
  });
  return [action(texts, "upload", () => field.click()), field];
}

/** The changes that make one work of another: what it does not have is removed. */
function replacement(before, after) {
  const removed = Object.keys(before).filter((id) => !Object.hasOwn(after, id));
  return {
    ...Object.fromEntries(removed.map((id) => [id, { removed: true }])),
    ...Object.fromEntries(
      Object.entries(after).map(([id, record]) => [id, { removed: null, ...record }]),
    ),
  };
}
