/** Ordering: two buttons an item, and dragging for those who like it. */
import { h, icon, plainText } from "../../dom.js";
import { tag } from "./outcome.js";

/** @type {(context: import("./index.js").ControlContext) => import("./index.js").Control} */
export function orderingControl({ question, draft, labelledBy, texts, announce, onChange }) {
  const list = h("ol", { class: "order", "aria-labelledby": labelledBy });
  const rows = startingOrder(question.items, draft).map((item) => itemRow(item, texts, move));
  list.append(...rows.map(({ element }) => element));
  const inOrder = () =>
    [...list.children].map((element) => rows.find((row) => row.element === element));
  refresh();

  function refresh() {
    inOrder().forEach(({ up, down }, i) => {
      up.setAttribute("aria-disabled", String(i === 0));
      down.setAttribute("aria-disabled", String(i === rows.length - 1));
    });
  }

  /** Put an item at another place, and say where it is now. */
  function place(element, index) {
    const others = [...list.children].filter((other) => other !== element);
    list.insertBefore(element, others[index] ?? null);
    refresh();
    onChange();
    const { words } = rows.find((row) => row.element === element);
    announce(texts.t("ordering.moved", { item: words, position: index + 1, total: rows.length }));
  }

  function move(element, by, button) {
    const index = [...list.children].indexOf(element) + by;
    if (index < 0 || index >= rows.length) return;
    place(element, index);
    button.focus();
  }

  letDrag(list, place);

  return {
    element: list,
    value: () => inOrder().map(({ item }) => item.id),
    missing: () => null,
    focus: () => inOrder()[0].down.focus(),
    freeze(verdict) {
      inOrder().forEach((row, i) => freezeRow(row, i, { verdict, texts }));
      if (!verdict.correct && verdict.solution) {
        list.after(rightOrder(question.items, verdict.solution, texts));
      }
    },
  };
}

function startingOrder(items, draft) {
  const byId = new Map(items.map((item) => [item.id, item]));
  const isWhole =
    Array.isArray(draft) && draft.length === items.length && draft.every((id) => byId.has(id));
  return isWhole ? draft.map((id) => byId.get(id)) : items;
}

function itemRow(item, texts, move) {
  const words = plainText(item.text);
  const button = (name, by) => {
    const made = h(
      "button",
      {
        type: "button",
        class: "order__move",
        "aria-label": texts.t(`ordering.${name}`, { item: words }),
        on: { click: () => move(element, by, made) },
      },
      icon(name),
    );
    return made;
  };
  const up = button("up", -1);
  const down = button("down", 1);
  const moves = h("span", { class: "order__moves" }, up, down);
  const element = h(
    "li",
    { class: "order__item", draggable: "true" },
    h("span", { class: "order__text", html: item.text }),
    moves,
  );
  return { item, words, up, down, moves, element };
}

/** Dragging with a mouse; the buttons do the same for everybody. */
function letDrag(list, place) {
  let dragged = null;
  list.addEventListener("dragstart", (event) => {
    dragged = event.target.closest("[draggable='true']");
    event.dataTransfer.effectAllowed = "move";
    dragged?.classList.add("order__item--dragged");
  });
  list.addEventListener("dragend", () => {
    dragged?.classList.remove("order__item--dragged");
    dragged = null;
  });
  list.addEventListener("dragover", (event) => {
    if (!dragged) return;
    event.preventDefault();
    const over = event.target.closest(".order__item");
    if (over && over !== dragged) place(dragged, [...list.children].indexOf(over));
  });
}

function freezeRow({ item, moves, element }, index, { verdict, texts }) {
  element.removeAttribute("draggable");
  moves.remove();
  if (!verdict.solution) return;
  const isRight = verdict.solution[index] === item.id;
  element.dataset.outcome = isRight ? "correct" : "incorrect";
  element.append(
    tag(texts, isRight ? "ordering.right" : "ordering.wrong", isRight ? "correct" : "incorrect"),
  );
}

function rightOrder(items, solution, texts) {
  const byId = new Map(items.map((item) => [item.id, item]));
  return h(
    "div",
    { class: "right-order" },
    h("p", { class: "right-order__title" }, texts.t("ordering.expected")),
    h(
      "ol",
      {},
      solution.map((id) => h("li", { html: byId.get(id)?.text ?? "" })),
    ),
  );
}
