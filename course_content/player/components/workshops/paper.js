/** Works on paper; one that is not begun leaves room to write with a pen. */
import { h } from "../../dom.js";
import { gridDrawing, salienceDrawing } from "./grid-drawing.js";
import { CELLS, ratedActors } from "./grid.js";
import { mapDrawing } from "./map-drawing.js";
import { ties } from "./map.js";

const BLANK_ROWS = 6;

/** @type {Record<string, (context: import("../workshop.js").ToolContext) => Node[]>} */
const PAPERS = { map: mapOnPaper, grid: gridOnPaper };

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
    ...PAPERS[workshop.tool]({ ...context, piece: pieceOf(workshop), reads }),
  ];
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
