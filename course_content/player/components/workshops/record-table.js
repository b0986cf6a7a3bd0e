/**
 * Records as a table that is written in: one row a record, one control a field.
 *
 * Everything a tool's drawing shows can be done here by keyboard and heard with a screen reader.
 * Rows are kept in place while one writes, so that nobody loses the focus to a change.
 */
import { h } from "../../dom.js";
import { fieldControl } from "./fields.js";
import { keptInPlace } from "./kept-in-place.js";
import { removeButton } from "./remove-button.js";

const LONGEST_LINE = 200;

/**
 * @param {object} parts
 * @param {Pick<import("../../works.js").Workpiece, "change"|"changed">} parts.piece
 * @param {() => {id: string}[]} parts.records what to show, in order
 * @param {import("./fields.js").Column[]} parts.columns
 * @param {string} parts.caption
 * @param {string} parts.empty what to do when there is nothing yet
 * @param {(record: object) => string} parts.nameOf what a row is called
 * @param {((id: string) => void)|null} [parts.remove] null where rows are not the learner's
 * @param {import("../../texts.js").Texts} parts.texts
 * @param {AbortSignal} parts.lifetime
 */
export function recordTable(parts) {
  const { piece, records, columns, caption, empty, lifetime } = parts;
  const body = h("tbody", { role: "rowgroup" });
  const nothing = h("p", { class: "records__empty", tabindex: "-1" }, empty);
  const rows = keptInPlace(body, (id) => recordRow(parts, id, nothing));
  const heads = columns.map(({ label }) => h("th", { scope: "col", role: "columnheader" }, label));
  if (parts.remove) heads.push(h("td", { role: "cell" }));
  const table = h(
    "table",
    { class: "records", role: "table" },
    h("caption", {}, caption),
    h("thead", { role: "rowgroup" }, h("tr", { role: "row" }, heads)),
    body,
  );
  piece.changed.subscribe(() => {
    const shown = records();
    rows.show(shown);
    table.hidden = shown.length === 0;
    nothing.hidden = shown.length > 0;
  }, lifetime);
  return {
    element: h("div", { class: "records-frame" }, table, nothing),
    /** Put the focus into a row's first field. */
    focus: (id) => rows.elementOf(id)?.querySelector("input, select, textarea")?.focus(),
  };
}

function recordRow({ piece, columns, nameOf, remove, texts }, id, nothing) {
  const controls = columns.map((column) => fieldControl(piece, id, column));
  const cells = controls.map(({ element }, i) =>
    h("td", { role: "cell", "data-label": columns[i].label }, element),
  );
  const button = remove && removeButton(() => remove(id), nothing);
  if (button) cells.push(h("td", { role: "cell", class: "records__remove" }, button));
  return {
    element: h("tr", { role: "row" }, cells),
    show(record) {
      const name = nameOf(record);
      controls.forEach(({ element, show }, i) => {
        const { kind, label, field } = columns[i];
        const words = texts.t("work.cell", { column: label, name });
        if (kind !== "fixed") element.setAttribute("aria-label", words);
        show(record[field]);
      });
      button?.setAttribute("aria-label", texts.t("work.remove", { name }));
    },
  };
}

/**
 * One line to add a record with: a field, and a button.
 * @param {{label: string, hint?: string, button: string, longest?: number,
 *   suggestions?: string[], add: (text: string) => void}} parts
 */
export function addingForm({ label, hint, button, longest = LONGEST_LINE, suggestions, add }) {
  const id = `add-${Math.random().toString(36).slice(2, 8)}`;
  const field = h("input", {
    id,
    type: "text",
    maxlength: longest,
    autocomplete: "off",
    list: suggestions && `${id}-list`,
    "aria-describedby": hint && `${id}-hint`,
  });
  return h(
    "form",
    {
      class: "adding",
      on: {
        submit: (event) => {
          event.preventDefault();
          const text = field.value.trim();
          if (text) add(text);
          field.value = "";
          field.focus();
        },
      },
    },
    h("label", { for: id }, label),
    hint && h("p", { id: `${id}-hint`, class: "adding__hint" }, hint),
    h(
      "div",
      { class: "adding__line" },
      field,
      h("button", { type: "submit", class: "button" }, button),
    ),
    suggestions &&
      h(
        "datalist",
        { id: `${id}-list` },
        suggestions.map((value) => h("option", { value })),
      ),
  );
}
