/** Works on paper; one that is not begun leaves room to write with a pen. */
import { h, plainText } from "../../dom.js";
import { STAGES, UNWANTED, beliefsAfter, entriesOf } from "./chain.js";
import { gridDrawing, salienceDrawing } from "./grid-drawing.js";
import { CELLS, ratedActors } from "./grid.js";
import { mapDrawing } from "./map-drawing.js";
import { ties } from "./map.js";
import { LINES } from "./plan.js";
import { QUESTIONS, remarkId } from "./portfolio.js";
import { radarDrawing } from "./radar-drawing.js";
import { placedAxes } from "./radar.js";
import { answerTo } from "./sorting.js";

const BLANK_ROWS = 6;

/** @type {Record<string, (context: import("../workshop.js").ToolContext) => Node[]>} */
const PAPERS = {
  map: mapOnPaper,
  grid: gridOnPaper,
  plan: planOnPaper,
  chain: chainOnPaper,
  radar: radarOnPaper,
  sorting: sortingOnPaper,
  portfolio: portfolioOnPaper,
};

/**
 * @param {object} workshop
 * @param {import("../../tracking/works.js").Works} works
 * @param {{texts, lifetime: AbortSignal}} context
 */
export function workshopOnPaper(workshop, works, context) {
  const pieceOf = ({ id }) => works.opened(id) ?? NO_WORK;
  const reads = workshop.reads.map((read) => ({ workshop: read, piece: pieceOf(read) }));
  return [
    h("div", { class: "prose", html: workshop.instructions }),
    ...workOnPaper({ ...context, workshop, piece: pieceOf(workshop), reads }),
  ];
}

/** @param {import("../workshop.js").ToolContext & {workshop: object}} context */
export function workOnPaper(context) {
  return PAPERS[context.workshop.tool](context);
}

const NO_WORK = {
  records: {},
  all: () => [],
  get: () => undefined,
  changed: { subscribe: (listener) => listener() },
};

function mapOnPaper(context) {
  const { piece, texts } = context;
  const nameOf = (id) => piece.get(id)?.label;
  const words = (prefix, name) => name && texts.t(`${prefix}.${name}`);
  return [
    mapDrawing({ ...context, open: () => {} }),
    sheet(
      texts.t("actors.actors.title"),
      said(texts, "actors", ["label", "nature", "group", "presence", "note"]),
      piece.all("actor").map(({ label, nature, group, presence, note }) => [
        label,
        words("actors.nature", nature),
        group,
        words("actors.presence", presence),
        note,
      ]),
    ),
    sheet(
      texts.t("actors.ties.title"),
      said(texts, "ties", ["from", "kind", "to", "note"]),
      ties(piece).map(({ from, kind, to, note }) => [
        nameOf(from),
        words("ties.kind", kind),
        nameOf(to),
        note,
      ]),
    ),
    sheet(
      texts.t("actors.gaps.title"),
      said(texts, "gaps", ["who", "why", "how"]),
      piece.all("gap").map(({ who, why, how }) => [who, why, how]),
    ),
  ];
}

function gridOnPaper({ piece, reads, texts }) {
  const rated = ratedActors(
    piece,
    reads.find(({ workshop }) => workshop.tool === "map"),
  );
  const columns = ["power", "interest", "effect", "hasPower", "hasLegitimacy", "hasUrgency"];
  const mark = (value) => (value === true ? "×" : value);
  return [
    gridDrawing(texts, rated, CELLS.interest),
    gridDrawing(texts, rated, CELLS.effect),
    salienceDrawing(texts, rated),
    sheet(
      texts.t("grid.ratings.title"),
      [texts.t("actors.label"), ...said(texts, "grid", columns)],
      rated.map((rating) => [
        `${rating.number}. ${rating.label}`,
        ...columns.map((name) => mark(rating[name])),
      ]),
    ),
    h("h2", {}, texts.t("grid.remarks")),
    h("p", { class: "printout__words" }, piece.records.remarks?.text ?? ""),
  ];
}

function planOnPaper({ piece, texts }) {
  const promises = piece.all("promise");
  const shown = promises.length > 0 ? promises : [{}];
  return shown.map((promise, index) =>
    sheet(
      texts.t("plan.title", { number: index + 1, who: promise.who ?? "" }),
      [texts.t("plan.line"), texts.t("plan.answer")],
      LINES.map(([name, kind]) => [
        texts.t(`plan.${name}`),
        kind === "choice" && promise[name]
          ? texts.t(`plan.${name}.${promise[name]}`)
          : promise[name],
      ]),
    ),
  );
}

function chainOnPaper({ piece, texts }) {
  const columns = [texts.t("chain.sign"), texts.t("chain.against")];
  return [...STAGES, UNWANTED].map((stage) =>
    sheet(
      texts.t(`chain.${stage}`),
      [texts.t(`chain.${stage}`), ...columns],
      [
        ...entriesOf(piece, stage).map(({ text, sign }) => [text, sign, ""]),
        ...beliefsAfter(piece, stage).map(({ text, against }) => [
          `${texts.t("chain.belief")} – ${text}`,
          "",
          against,
        ]),
      ],
    ),
  );
}

function radarOnPaper({ piece, workshop, texts }) {
  const axes = placedAxes(piece, workshop);
  return [
    radarDrawing(texts, axes),
    sheet(
      workshop.title,
      [texts.t("radar.axis"), ...said(texts, "radar", ["before", "after", "proof", "next"])],
      axes.map(({ number, title, before, after, proof, next }) => [
        `${number}. ${title}`,
        before,
        after,
        proof,
        next,
      ]),
    ),
  ];
}

function sortingOnPaper({ piece, workshop, texts }) {
  const { cases, categories } = workshop.settings;
  const titles = new Map(categories.map(({ id, title }) => [id, plainText(title)]));
  return [
    sheet(
      workshop.title,
      [texts.t("sorting.case", { number: "" }), texts.t("sorting.category")],
      cases.map(({ id, text }) => [plainText(text), titles.get(answerTo(piece, id))]),
    ),
  ];
}

function portfolioOnPaper(context) {
  const { piece, reads, texts } = context;
  const review = piece.records.review ?? {};
  return [
    ...reads.flatMap((read) => [
      h("h2", {}, read.workshop.title),
      ...workOnPaper({ ...context, workshop: read.workshop, piece: read.piece }),
      h("h3", {}, texts.t("portfolio.remark.title", { title: read.workshop.title })),
      h("p", { class: "printout__words" }, piece.records[remarkId(read.workshop)]?.text ?? ""),
    ]),
    sheet(
      texts.t("portfolio.review"),
      [texts.t("plan.line"), texts.t("plan.answer")],
      QUESTIONS.map((name) => [texts.t(`portfolio.${name}`), review[name]]),
    ),
  ];
}

function said(texts, prefix, names) {
  return names.map((name) => texts.t(`${prefix}.${name}`));
}

function sheet(title, heads, rows) {
  const blank = Array.from({ length: BLANK_ROWS }, () => heads.map(() => ""));
  return h(
    "table",
    { class: "printout__sheet" },
    h("caption", {}, title),
    h("thead", {}, h("tr", {}, heads.map((head) => h("th", { scope: "col" }, head)))),
    h(
      "tbody",
      {},
      (rows.length > 0 ? rows : blank).map((row) =>
        h("tr", {}, row.map((cell) => h("td", {}, String(cell ?? "")))),
      ),
    ),
  );
}
