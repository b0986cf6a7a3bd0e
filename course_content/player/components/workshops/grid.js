/**
 * The grid of power and interest, read twice, and the classes of salience.
 *
 * Whom to rate comes from the map that this workshop reads. Ratings are kept beside them, one
 * record each, so that a change of the map never touches what was judged here.
 */
import { h, icon } from "../../dom.js";
import { countdown } from "./checkpoints.js";
import { gridDrawing, salienceDrawing } from "./grid-drawing.js";
import { recordTable } from "./record-table.js";
import { HIGHEST, SALIENCE_CLASSES, conduct, exposure, isForgotten, salience } from "./salience.js";

const READINGS = ["interest", "effect", "salience"];
const RATINGS = ["power", "interest", "effect"];
const ATTRIBUTES = ["hasPower", "hasLegitimacy", "hasUrgency"];

/** @type {(context: import("../workshop.js").ToolContext) => import("../workshop.js").Tool} */
export function gridTool(context) {
  const { piece, reads, texts, lifetime } = context;
  const source = reads.find(({ workshop }) => workshop.tool === "map");
  const rated = () => ratedActors(piece, source);
  const reading = readingChoice(context);
  const stage = h("div", { class: "tool__stage" });
  const warning = h("div", { class: "tool__warnings", role: "status" });
  const refresh = () => {
    stage.replaceChildren(...readingView(reading.value(), rated(), texts));
    warning.replaceChildren(...warnings(rated(), texts));
  };
  piece.changed.subscribe(refresh, lifetime);
  source?.piece.changed.subscribe(refresh, lifetime);
  reading.element.addEventListener("change", refresh);
  const element = h(
    "div",
    { class: "tool tool--grid" },
    reading.element,
    stage,
    warning,
    h(
      "section",
      { class: "tool__section", "aria-labelledby": "grid-ratings" },
      h("h2", { id: "grid-ratings" }, texts.t("grid.ratings.title")),
      h("p", {}, texts.t("grid.ratings.lead")),
      ratingsTable(context, source, rated),
      mapLink(context, source),
    ),
    remarks(context),
  );
  return { element, checklist: () => checklist(piece, rated(), texts) };
}

/** The actors of the map with what was judged of them; an actor's ratings have an id of theirs. */
export function ratedActors(piece, source) {
  const actors = source?.piece.all("actor") ?? [];
  return actors.map(({ id, label }, index) => ({
    ...piece.records[ratingId(id)],
    id: ratingId(id),
    number: index + 1,
    label: label ?? "",
  }));
}

function ratingId(actorId) {
  return `on-${actorId}`.slice(0, 40);
}

function isRated(rating) {
  return RATINGS.every((name) => typeof rating[name] === "number");
}

function checklist(piece, rated, texts) {
  const left = rated.filter((rating) => !isRated(rating)).length;
  const forgotten = rated.filter(isForgotten).length;
  const said = piece.records.remarks?.text ?? "";
  return [
    countdown(texts, "grid.check.rated", left, rated.length),
    {
      text: texts.t("grid.check.salience"),
      isDone: rated.some((rating) => salience(rating) !== null),
    },
    {
      text: texts.t(forgotten > 0 ? "grid.check.forgotten" : "grid.check.remarks"),
      isDone: said.trim().length > 0,
    },
  ];
}

function readingChoice({ texts }) {
  const element = h(
    "fieldset",
    { class: "readings" },
    h("legend", {}, texts.t("grid.reading")),
    READINGS.map((name, index) =>
      h(
        "label",
        {},
        h("input", { type: "radio", name: "reading", value: name, checked: index === 0 }),
        h("span", {}, texts.t(`grid.reading.${name}`)),
      ),
    ),
  );
  return { element, value: () => element.querySelector("input:checked").value };
}

/** The cells of a reading, row by row from the top, and what the drawing shows to the right. */
export const CELLS = {
  interest: { of: conduct, names: ["satisfy", "key", "least", "inform"], across: "interest" },
  effect: {
    of: exposure,
    names: ["decides", "decidesAndBears", "neither", "bears"],
    across: "effect",
  },
};

/** The drawing of a reading, and beside it the same in words. */
function readingView(name, rated, texts) {
  if (name === "salience") {
    const groups = SALIENCE_CLASSES.map((each) => ({
      title: texts.t(`salience.${each}`),
      members: rated.filter((rating) => salience(rating) === each),
    }));
    return [salienceDrawing(texts, rated), membersList(groups)];
  }
  const cells = CELLS[name];
  const groups = cells.names.map((each) => ({
    title: texts.t(`grid.cell.${each}`),
    members: rated.filter((rating) => cells.of(rating) === each),
  }));
  return [gridDrawing(texts, rated, cells), membersList(groups)];
}

function numbered({ number, label }) {
  return `${number}. ${label}`;
}

function membersList(groups) {
  return h(
    "dl",
    { class: "members" },
    groups.map(({ title, members }) =>
      h(
        "div",
        {},
        h("dt", {}, title),
        h(
          "dd",
          {},
          members.length === 0 && "–",
          members.length > 0 && h("ul", {}, members.map((member) => h("li", {}, numbered(member)))),
        ),
      ),
    ),
  );
}

/** The rule of this course: whom a project strongly affects is looked at again. */
function warnings(rated, texts) {
  return rated
    .filter(isForgotten)
    .map(({ label }) =>
      h("p", { class: "tool__warning" }, icon("warning"), texts.t("grid.forgotten", { name: label })),
    );
}

function ratingsTable({ piece, texts, lifetime }, source, rated) {
  const scale = [
    { value: "", label: texts.t("grid.unrated") },
    ...Array.from({ length: HIGHEST }, (_, i) => ({
      value: String(i + 1),
      label: texts.t(`grid.scale.${i + 1}`),
    })),
  ];
  const change = (changes, run) => piece.change(typedRatings(changes), run);
  return recordTable({
    piece: { changed: piece.changed, change },
    records: () => rated().map(asTexts),
    columns: [
      { field: "label", kind: "fixed", label: texts.t("actors.label") },
      ...RATINGS.map((field) => ({
        field,
        kind: "choice",
        label: texts.t(`grid.${field}`),
        options: () => scale,
      })),
      ...ATTRIBUTES.map((field) => ({ field, kind: "flag", label: texts.t(`grid.${field}`) })),
    ],
    caption: texts.t("grid.caption"),
    empty: texts.t(source ? "grid.empty" : "grid.noMap"),
    nameOf: ({ label }) => label || texts.t("actors.nameless"),
    texts,
    lifetime,
  }).element;
}

function asTexts(rating) {
  const numbers = RATINGS.map((name) => [name, rating[name] === undefined ? "" : String(rating[name])]);
  return { ...rating, label: numbered(rating), ...Object.fromEntries(numbers) };
}

/** A list of options gives texts; ratings are numbers. */
function typedRatings(changes) {
  return Object.fromEntries(
    Object.entries(changes).map(([id, fields]) => [
      id,
      {
        type: "rating",
        ...Object.fromEntries(
          Object.entries(fields).map(([field, value]) => [
            field,
            RATINGS.includes(field) && value !== null ? Number(value) : value,
          ]),
        ),
      },
    ]),
  );
}

function mapLink({ texts }, source) {
  if (!source) return null;
  return h(
    "p",
    {},
    h("a", { href: `#/${source.workshop.path}` }, texts.t("grid.toMap", { title: source.workshop.title })),
  );
}

/** What one concludes, in one's own words: a grid decides nothing. */
function remarks({ piece, texts, lifetime }) {
  let run = 0;
  const field = h("textarea", {
    id: "grid-remarks",
    rows: 4,
    maxlength: 4000,
    on: {
      focus: () => {
        run += 1;
      },
      input: () =>
        piece.change({ remarks: { type: "remarks", text: field.value || null } }, `remarks.${run}`),
    },
  });
  piece.changed.subscribe(() => {
    const text = piece.records.remarks?.text ?? "";
    if (field.value !== text) field.value = text;
  }, lifetime);
  return h(
    "section",
    { class: "tool__section" },
    h("h2", {}, h("label", { for: "grid-remarks" }, texts.t("grid.remarks"))),
    h("p", {}, texts.t("grid.remarks.lead")),
    field,
  );
}
