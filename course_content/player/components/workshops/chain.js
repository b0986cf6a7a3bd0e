/**
 * The theory of change: from what is put in to what lasts, with what one has to believe in between,
 * and what nobody wanted.
 */
import { h } from "../../dom.js";
import { addingForm, recordTable } from "./record-table.js";

export const STAGES = ["means", "activities", "outputs", "effects", "impact"];
export const UNWANTED = "unwanted";

/** @type {(context: import("../workshop.js").ToolContext) => import("../workshop.js").Tool} */
export function chainTool(context) {
  const { piece, texts } = context;
  const element = h(
    "div",
    { class: "tool tool--chain" },
    h(
      "ol",
      { class: "chain" },
      STAGES.flatMap((stage, index) => [
        h("li", { class: "chain__stage" }, stageSection(context, stage)),
        index < STAGES.length - 1 &&
          h("li", { class: "chain__between" }, beliefs(context, stage, STAGES[index + 1])),
      ]),
    ),
    stageSection(context, UNWANTED),
  );
  return { element, checklist: () => checklist(piece, texts) };
}

export function entriesOf(piece, stage) {
  return piece.all("entry").filter((entry) => entry.stage === stage);
}

export function beliefsAfter(piece, stage) {
  return piece.all("belief").filter((belief) => belief.after === stage);
}

function stageSection(context, stage) {
  const { piece, texts } = context;
  return h(
    "section",
    { class: "tool__section", "aria-labelledby": `chain-${stage}` },
    h("h2", { id: `chain-${stage}` }, texts.t(`chain.${stage}`)),
    h("p", {}, texts.t(`chain.${stage}.lead`)),
    written(context, {
      records: () => entriesOf(piece, stage),
      columns: [
        { field: "text", kind: "long", label: texts.t(`chain.${stage}`) },
        { field: "sign", kind: "long", label: texts.t("chain.sign") },
      ],
      caption: texts.t(`chain.${stage}`),
      empty: texts.t("chain.empty"),
    }),
    addingForm({
      label: texts.t(`chain.${stage}.add`),
      button: texts.t("actors.add.button"),
      add: (text) => piece.add("entry", { stage, text }),
    }),
  );
}

/** What has to be true for the one to lead to the other, and what would show that it is not. */
function beliefs(context, stage, next) {
  const { piece, texts } = context;
  const step = { from: texts.t(`chain.${stage}`), to: texts.t(`chain.${next}`) };
  return [
    written(context, {
      records: () => beliefsAfter(piece, stage),
      columns: [
        { field: "text", kind: "long", label: texts.t("chain.belief") },
        { field: "against", kind: "long", label: texts.t("chain.against") },
      ],
      caption: texts.t("chain.between", step),
      empty: texts.t("chain.noBelief", step),
    }),
    addingForm({
      label: texts.t("chain.belief.add", step),
      button: texts.t("actors.add.button"),
      add: (text) => piece.add("belief", { after: stage, text }),
    }),
  ];
}

function written({ piece, texts, announce, lifetime }, parts) {
  return recordTable({
    ...parts,
    piece,
    nameOf: ({ text }) => text || texts.t("actors.nameless"),
    remove(id) {
      piece.change({ [id]: { removed: true } });
      announce(texts.t("work.removed"));
    },
    texts,
    lifetime,
  }).element;
}

function checklist(piece, texts) {
  const effects = [...entriesOf(piece, "effects"), ...entriesOf(piece, "impact")];
  const doubted = piece.all("belief").filter(({ against }) => against);
  return [
    {
      text: texts.t("chain.check.stages"),
      isDone: STAGES.every((stage) => entriesOf(piece, stage).length > 0),
    },
    {
      text: texts.t("chain.check.signs"),
      isDone: effects.length > 0 && effects.every(({ sign }) => sign),
    },
    { text: texts.t("chain.check.beliefs"), isDone: doubted.length > 0 },
    { text: texts.t("chain.check.unwanted"), isDone: entriesOf(piece, UNWANTED).length > 0 },
  ];
}
