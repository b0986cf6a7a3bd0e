/** The map of stakeholders: who counts for the project, what ties them, and who is missing. */
import { h } from "../../dom.js";
import { showOptions } from "./fields.js";
import { mapDrawing } from "./map-drawing.js";
import { addingForm, recordTable } from "./record-table.js";

export const NATURES = ["organisation", "role", "group", "living"];
export const PRESENCES = ["present", "silent", "absent"];
const TIES = ["decides", "finances", "informs", "supports", "opposes"];
const FEWEST_ACTORS = 5;
/** What begins the name of one person: the map is of roles and organisations. */
const PERSON = /^\s*(m\.|mr|mme|mlle|monsieur|madame|mrs|ms|dr|me)\s/i;

/** @type {(context: import("../workshop.js").ToolContext) => import("../workshop.js").Tool} */
export function mapTool(context) {
  const { piece, texts, lifetime } = context;
  const actors = actorsTable(context);
  const drawing = mapDrawing({ piece, texts, lifetime, open: (id) => actors.focus(id) });
  const element = h(
    "div",
    { class: "tool tool--map" },
    drawing,
    section(texts, "actors", actors.element, personWarning(context), actorForm(context)),
    section(texts, "ties", tiesTable(context), tieForm(context)),
    section(texts, "gaps", gapsTable(context), gapForm(context)),
  );
  return { element, checklist: () => checklist(piece, texts) };
}

function section(texts, name, ...children) {
  const id = `map-${name}`;
  return h(
    "section",
    { class: "tool__section", "aria-labelledby": id },
    h("h2", { id }, texts.t(`actors.${name}.title`)),
    h("p", {}, texts.t(`actors.${name}.lead`)),
    children,
  );
}

function checklist(piece, texts) {
  const actors = piece.all("actor");
  const gaps = piece.all("gap").filter(({ who, why }) => who && why);
  return [
    { text: texts.t("actors.check.actors", { count: FEWEST_ACTORS }), isDone: actors.length >= FEWEST_ACTORS },
    { text: texts.t("actors.check.ties"), isDone: ties(piece).length > 0 },
    { text: texts.t("actors.check.gaps"), isDone: gaps.length > 0 },
  ];
}

/** The ties between actors that are both still there. */
export function ties(piece) {
  return piece.all("tie").filter(({ from, to }) => piece.get(from) && piece.get(to));
}

function optionsOf(texts, prefix, names) {
  return names.map((value) => ({ value, label: texts.t(`${prefix}.${value}`) }));
}

function actorsTable({ piece, texts, lifetime, announce }) {
  const groups = h("datalist", { id: "map-groups" });
  piece.changed.subscribe(() => {
    const names = new Set(piece.all("actor").map(({ group }) => group).filter(Boolean));
    groups.replaceChildren(...[...names].map((value) => h("option", { value })));
  }, lifetime);
  const table = recordTable({
    piece,
    records: () => piece.all("actor"),
    columns: [
      { field: "label", kind: "text", label: texts.t("actors.label"), longest: 80 },
      {
        field: "nature",
        kind: "choice",
        label: texts.t("actors.nature"),
        options: () => optionsOf(texts, "actors.nature", NATURES),
      },
      { field: "group", kind: "text", label: texts.t("actors.group"), list: "map-groups", longest: 60 },
      {
        field: "presence",
        kind: "choice",
        label: texts.t("actors.presence"),
        options: () => optionsOf(texts, "actors.presence", PRESENCES),
      },
      { field: "note", kind: "long", label: texts.t("actors.note") },
    ],
    caption: texts.t("actors.caption"),
    empty: texts.t("actors.empty"),
    nameOf: ({ label }) => label || texts.t("actors.nameless"),
    remove: (id) => remove(piece, texts, announce, id),
    texts,
    lifetime,
  });
  table.element.append(groups);
  return table;
}

function remove(piece, texts, announce, id) {
  piece.change({ [id]: { removed: true } });
  announce(texts.t("work.removed"));
}

function actorForm({ piece, texts, announce }) {
  return addingForm({
    label: texts.t("actors.add"),
    hint: texts.t("actors.add.hint"),
    button: texts.t("actors.add.button"),
    longest: 80,
    add(label) {
      piece.add("actor", { label, nature: "organisation", presence: "present" });
      announce(texts.t("actors.added", { name: label }));
    },
  });
}

/** Personal data has no place here (RGPD, article 5): roles and organisations say enough. */
function personWarning({ piece, texts, lifetime }) {
  const warning = h("p", { class: "tool__warning", role: "status" });
  piece.changed.subscribe(() => {
    const found = piece.all("actor").find(({ label }) => PERSON.test(label ?? ""));
    warning.textContent = found ? texts.t("actors.person", { name: found.label }) : "";
    warning.hidden = !found;
  }, lifetime);
  return warning;
}

function actorOptions(piece, texts) {
  return piece
    .all("actor")
    .map(({ id, label }) => ({ value: id, label: label || texts.t("actors.nameless") }));
}

function tiesTable({ piece, texts, lifetime, announce }) {
  const actor = (field) => ({
    field,
    kind: "choice",
    label: texts.t(`ties.${field}`),
    options: () => actorOptions(piece, texts),
  });
  const nameOf = (id) => piece.get(id)?.label || texts.t("actors.nameless");
  return recordTable({
    piece,
    records: () => ties(piece),
    columns: [
      actor("from"),
      {
        field: "kind",
        kind: "choice",
        label: texts.t("ties.kind"),
        options: () => optionsOf(texts, "ties.kind", TIES),
      },
      actor("to"),
      { field: "note", kind: "text", label: texts.t("ties.note") },
    ],
    caption: texts.t("ties.caption"),
    empty: texts.t("ties.empty"),
    nameOf: ({ from, to }) => `${nameOf(from)} – ${nameOf(to)}`,
    remove: (id) => remove(piece, texts, announce, id),
    texts,
    lifetime,
  }).element;
}

function tieForm({ piece, texts, announce, lifetime }) {
  const fields = {
    from: h("select", { id: "tie-from" }),
    kind: h("select", { id: "tie-kind" }, options(optionsOf(texts, "ties.kind", TIES))),
    to: h("select", { id: "tie-to" }),
  };
  const button = h("button", { type: "submit", class: "button" }, texts.t("ties.add"));
  const form = h(
    "form",
    {
      class: "adding adding--tie",
      on: {
        submit: (event) => {
          event.preventDefault();
          const [from, kind, to] = [fields.from.value, fields.kind.value, fields.to.value];
          if (from === to) {
            announce(texts.t("ties.same"));
            return;
          }
          piece.add("tie", { from, kind, to });
          announce(texts.t("ties.added"));
        },
      },
    },
    Object.entries(fields).map(([name, field]) =>
      h("p", {}, h("label", { for: `tie-${name}` }, texts.t(`ties.${name}`)), field),
    ),
    button,
  );
  piece.changed.subscribe(() => {
    for (const [name, place] of [["from", 0], ["to", 1]]) {
      const chosen = fields[name].value;
      const actors = actorOptions(piece, texts);
      showOptions(fields[name], actors);
      const isThere = actors.some(({ value }) => value === chosen);
      fields[name].value = isThere ? chosen : (actors[place]?.value ?? "");
    }
    form.hidden = piece.all("actor").length < 2;
  }, lifetime);
  return form;
}

function options(entries) {
  return entries.map(({ value, label }) => h("option", { value }, label));
}

function gapsTable({ piece, texts, lifetime, announce }) {
  return recordTable({
    piece,
    records: () => piece.all("gap"),
    columns: [
      { field: "who", kind: "text", label: texts.t("gaps.who"), longest: 80 },
      { field: "why", kind: "long", label: texts.t("gaps.why") },
      { field: "how", kind: "long", label: texts.t("gaps.how") },
    ],
    caption: texts.t("gaps.caption"),
    empty: texts.t("gaps.empty"),
    nameOf: ({ who }) => who || texts.t("actors.nameless"),
    remove: (id) => remove(piece, texts, announce, id),
    texts,
    lifetime,
  }).element;
}

function gapForm({ piece, texts, announce }) {
  return addingForm({
    label: texts.t("gaps.add"),
    hint: texts.t("gaps.add.hint"),
    button: texts.t("actors.add.button"),
    longest: 80,
    add(who) {
      piece.add("gap", { who });
      announce(texts.t("actors.added", { name: who }));
    },
  });
}
