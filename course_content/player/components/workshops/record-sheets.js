/**
 * Records as sheets, one below the other: for those that have more to say than a table's row.
 *
 * @typedef {import("./fields.js").Column & {hint?: string}} SheetField
 */
import { h } from "../../dom.js";
import { fieldControl } from "./fields.js";
import { keptInPlace } from "./kept-in-place.js";
import { removeButton } from "./remove-button.js";

/**
 * @param {object} parts
 * @param {Pick<import("../../works.js").Workpiece, "change"|"changed">} parts.piece
 * @param {() => {id: string}[]} parts.records what to show, in order
 * @param {SheetField[]} parts.fields
 * @param {(record: object, index: number) => string} parts.titleOf
 * @param {"h2"|"h3"} [parts.heading] of each sheet: one level below what is above them
 * @param {string} parts.empty what to do when there is nothing yet
 * @param {(record: object) => Node[]} [parts.notes] what is to be said of a record
 * @param {((id: string) => void)|null} [parts.remove]
 * @param {import("../../texts.js").Texts} parts.texts
 * @param {AbortSignal} parts.lifetime
 */
export function recordSheets(parts) {
  const { piece, records, empty, lifetime } = parts;
  const list = h("div", { class: "sheets" });
  const nothing = h("p", { class: "records__empty", tabindex: "-1" }, empty);
  const sheets = keptInPlace(list, (id) => recordSheet(parts, id, nothing));
  piece.changed.subscribe(() => {
    const shown = records();
    sheets.show(shown);
    nothing.hidden = shown.length > 0;
  }, lifetime);
  return h("div", {}, list, nothing);
}

function recordSheet({ piece, fields, titleOf, heading = "h2", notes, remove, texts }, id, nothing) {
  const title = h(heading, { id: `sheet-${id}`, class: "sheet__title" });
  const said = h("div", { class: "sheet__notes", role: "status" });
  const controls = fields.map((field) => labelled(piece, id, field));
  const button = remove && removeButton(() => remove(id), nothing);
  return {
    element: h(
      "section",
      { class: "sheet", "aria-labelledby": `sheet-${id}` },
      h("div", { class: "sheet__head" }, title, button),
      h("div", { class: "sheet__fields" }, controls.map(({ element }) => element)),
      said,
    ),
    show(record, index) {
      const name = titleOf(record, index);
      title.textContent = name;
      button?.setAttribute("aria-label", texts.t("work.remove", { name }));
      controls.forEach(({ show }, i) => show(record[fields[i].field]));
      said.replaceChildren(...(notes?.(record) ?? []));
    },
  };
}

function labelled(piece, recordId, field) {
  const { element, show } = fieldControl(piece, recordId, field);
  element.id = `${recordId}-${field.field}`;
  const hint = field.hint && h("span", { id: `${element.id}-hint`, class: "field__hint" }, field.hint);
  if (hint) element.setAttribute("aria-describedby", hint.id);
  return {
    element: h(
      "div",
      { class: `field field--${field.kind}` },
      h("label", { for: element.id }, field.label),
      hint,
      element,
    ),
    show,
  };
}
