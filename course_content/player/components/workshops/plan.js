/** The engagement plan: one sheet a promise, in eleven lines, and whether the method keeps it. */
import { h, icon } from "../../dom.js";
import { CEILINGS, LEVELS, misfits } from "./plan-checks.js";
import { recordSheets } from "./record-sheets.js";
import { addingForm } from "./record-table.js";

/** The lines of a sheet, in the order in which they are to be thought of. */
export const LINES = [
  ["purpose", "long"],
  ["scope", "long"],
  ["mandate", "long"],
  ["level", "choice"],
  ["promise", "long"],
  ["method", "choice"],
  ["how", "long"],
  ["lastMeeting", "date"],
  ["decision", "date"],
  ["means", "long"],
  ["risks", "long"],
  ["feedback", "long"],
  ["indicator", "long"],
];
const CHOICES = { level: LEVELS, method: Object.keys(CEILINGS) };

/** @type {(context: import("../workshop.js").ToolContext) => import("../workshop.js").Tool} */
export function planTool(context) {
  const { piece, reads, texts, announce, lifetime } = context;
  const sheets = recordSheets({
    piece,
    records: () => piece.all("promise"),
    fields: LINES.map(([field, kind]) => ({
      field,
      kind,
      label: texts.t(`plan.${field}`),
      hint: texts.t(`plan.${field}.hint`),
      options: () => choices(texts, field),
    })),
    titleOf: ({ who }, index) => texts.t("plan.title", { number: index + 1, who: who ?? "" }),
    empty: texts.t("plan.empty"),
    notes: (record) => misfits(record).map((name) => misfit(texts, name)),
    remove(id) {
      piece.change({ [id]: { removed: true } });
      announce(texts.t("work.removed"));
    },
    texts,
    lifetime,
  });
  const element = h(
    "div",
    { class: "tool tool--plan" },
    sheets,
    addingForm({
      label: texts.t("plan.add"),
      hint: texts.t("plan.add.hint"),
      button: texts.t("actors.add.button"),
      longest: 80,
      suggestions: actorNames(reads),
      add(who) {
        piece.add("promise", { who });
        announce(texts.t("actors.added", { name: who }));
      },
    }),
  );
  return { element, checklist: () => checklist(piece, texts) };
}

function choices(texts, field) {
  return [
    { value: "", label: texts.t("plan.choose") },
    ...CHOICES[field].map((value) => ({ value, label: texts.t(`plan.${field}.${value}`) })),
  ];
}

/** Whom the learner put on a map, so that the same words name the same stakeholder. */
function actorNames(reads) {
  const map = reads.find(({ workshop }) => workshop.tool === "map");
  return (map?.piece.all("actor") ?? []).map(({ label }) => label).filter(Boolean);
}

function misfit(texts, name) {
  return h("p", { class: "tool__warning" }, icon("warning"), texts.t(`plan.misfit.${name}`));
}

function checklist(piece, texts) {
  const promises = piece.all("promise");
  const isFull = (record) => LINES.every(([field]) => record[field]);
  const whole = promises.filter(isFull);
  return [
    { text: texts.t("plan.check.one"), isDone: promises.length > 0 },
    { text: texts.t("plan.check.full"), isDone: whole.length > 0 },
    {
      text: texts.t("plan.check.fits"),
      isDone: whole.some((record) => !misfits(record).some((name) => name !== "heavy")),
    },
  ];
}
