/**
 * Where one stands, before and after, with a written proof for each axis.
 *
 * There is no total, no mean and no comparison with others: what counts is the proof.
 */
import { h } from "../../dom.js";
import { countdown } from "./checkpoints.js";
import { HIGHEST, radarDrawing } from "./radar-drawing.js";
import { recordSheets } from "./record-sheets.js";

const SHORTEST_PROOF = 30;

/** @type {(context: import("../workshop.js").ToolContext) => import("../workshop.js").Tool} */
export function radarTool(context) {
  const { piece, workshop, texts, lifetime } = context;
  const axes = () => placedAxes(piece, workshop);
  const stage = h("div", {});
  piece.changed.subscribe(() => stage.replaceChildren(radarDrawing(texts, axes())), lifetime);
  const level = (field) => ({
    field,
    kind: "choice",
    label: texts.t(`radar.${field}`),
    options: () => levels(texts),
  });
  const change = (changes, run) => piece.change(typedLevels(changes), run);
  const element = h(
    "div",
    { class: "tool tool--radar" },
    stage,
    recordSheets({
      piece: { changed: piece.changed, change },
      records: () => axes().map(asTexts),
      fields: [
        level("before"),
        level("after"),
        { field: "proof", kind: "long", label: texts.t("radar.proof"), hint: texts.t("radar.hint") },
        { field: "next", kind: "long", label: texts.t("radar.next") },
      ],
      titleOf: ({ title, number }) => `${number}. ${title}`,
      empty: "",
      notes: ({ hint }) => [h("p", { class: "field__hint" }, hint)],
      texts,
      lifetime,
    }),
  );
  return { element, checklist: () => checklist(axes(), texts) };
}

/** The axes with what the learner says of each; a record of its own for each axis. */
export function placedAxes(piece, workshop) {
  return workshop.settings.axes.map(({ id, title, hint }, index) => ({
    ...piece.records[`axis-${id}`.slice(0, 40)],
    id: `axis-${id}`.slice(0, 40),
    number: index + 1,
    title,
    hint,
  }));
}

function levels(texts) {
  return [
    { value: "", label: texts.t("radar.unsaid") },
    ...Array.from({ length: HIGHEST }, (_, i) => ({
      value: String(i + 1),
      label: texts.t(`radar.level.${i + 1}`),
    })),
  ];
}

function asTexts(axis) {
  const text = (level) => (level === undefined ? "" : String(level));
  return { ...axis, before: text(axis.before), after: text(axis.after) };
}

/** A list of options gives texts; levels are numbers. */
function typedLevels(changes) {
  const typed = ([field, value]) => {
    const isLevel = (field === "before" || field === "after") && value !== null;
    return [field, isLevel ? Number(value) : value];
  };
  return Object.fromEntries(
    Object.entries(changes).map(([id, fields]) => [
      id,
      { type: "axis", ...Object.fromEntries(Object.entries(fields).map(typed)) },
    ]),
  );
}

function checklist(axes, texts) {
  const unproved = axes.filter(({ proof = "" }) => proof.trim().length < SHORTEST_PROOF);
  return [
    { text: texts.t("radar.check.before"), isDone: axes.every(({ before }) => before) },
    { text: texts.t("radar.check.after"), isDone: axes.every(({ after }) => after) },
    countdown(texts, "radar.check.proofs", unproved.length, axes.length),
  ];
}
