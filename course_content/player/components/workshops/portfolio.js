/** What one made in the module, gathered, with what one says of it today. */
import { h } from "../../dom.js";
import { countdown } from "./checkpoints.js";
import { workOnPaper } from "./paper.js";
import { recordSheets } from "./record-sheets.js";

export const QUESTIONS = ["surprise", "frame", "shift", "next", "owed"];
const SHORTEST_ANSWER = 40;

/** @type {(context: import("../workshop.js").ToolContext) => import("../workshop.js").Tool} */
export function portfolioTool(context) {
  const { piece, reads, texts, lifetime } = context;
  const element = h(
    "div",
    { class: "tool tool--portfolio" },
    reads.map((read) => pieceOf(context, read)),
    h(
      "section",
      { class: "tool__section" },
      h("h2", {}, texts.t("portfolio.review")),
      h("p", {}, texts.t("portfolio.review.lead")),
      recordSheets({
        piece: withType(piece, "review"),
        records: () => [{ ...piece.records.review, id: "review" }],
        fields: QUESTIONS.map((field) => ({
          field,
          kind: "long",
          longest: 4000,
          label: texts.t(`portfolio.${field}`),
        })),
        titleOf: () => texts.t("portfolio.answers"),
        heading: "h3",
        empty: "",
        texts,
        lifetime,
      }),
    ),
  );
  return { element, checklist: () => checklist(context) };
}

export function remarkId(workshop) {
  return `on-${workshop.id}`.slice(0, 40);
}

function pieceOf(context, { workshop, piece: made }) {
  const { piece, texts, lifetime } = context;
  const isEmpty = Object.keys(made.records).length === 0;
  return h(
    "section",
    { class: "tool__section portfolio__piece" },
    h("h2", {}, workshop.title),
    isEmpty && h("p", { class: "records__empty" }, texts.t("portfolio.empty")),
    h("p", {}, h("a", { href: `#/${workshop.path}` }, texts.t("portfolio.open"))),
    !isEmpty &&
      h(
        "details",
        { class: "portfolio__work" },
        h("summary", {}, texts.t("portfolio.show")),
        workOnPaper({ ...context, workshop, piece: made, reads: context.reads }),
      ),
    recordSheets({
      piece: withType(piece, "remark"),
      records: () => [{ ...piece.records[remarkId(workshop)], id: remarkId(workshop) }],
      fields: [{ field: "text", kind: "long", label: texts.t("portfolio.remark") }],
      titleOf: () => texts.t("portfolio.remark.title", { title: workshop.title }),
      heading: "h3",
      empty: "",
      texts,
      lifetime,
    }),
  );
}

/** The same work; what is written to it says what it is. */
function withType(piece, type) {
  const typed = (changes) =>
    Object.fromEntries(Object.entries(changes).map(([id, fields]) => [id, { type, ...fields }]));
  return {
    changed: piece.changed,
    change: (changes, run) => piece.change(typed(changes), run),
  };
}

function checklist({ piece, reads, texts }) {
  const isSaid = (text = "") => text.trim().length >= SHORTEST_ANSWER;
  const begun = reads.filter(({ piece: made }) => Object.keys(made.records).length > 0);
  const review = piece.records.review ?? {};
  return [
    countdown(texts, "portfolio.check.pieces", reads.length - begun.length, reads.length),
    {
      text: texts.t("portfolio.check.remarks"),
      isDone: reads.some(({ workshop }) => isSaid(piece.records[remarkId(workshop)]?.text)),
    },
    {
      text: texts.t("portfolio.check.review"),
      isDone: QUESTIONS.every((name) => isSaid(review[name])),
    },
  ];
}
