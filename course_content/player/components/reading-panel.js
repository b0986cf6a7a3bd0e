/** The reader's own settings, in a dialog beside the page that they change at once. */
import { h, icon } from "../dom.js";
import { CHOICES } from "../reading.js";
import { barButton } from "./bar-button.js";

/**
 * @param {import("../texts.js").Texts} texts
 * @param {import("../reading.js").Reading} reading
 * @returns {{button: HTMLElement, element: HTMLElement}}
 */
export function readingPanel(texts, reading) {
  const groups = Object.keys(CHOICES).map((name) => group(texts, reading, name));
  const reset = h(
    "button",
    { type: "button", class: "button", on: { click: () => reading.reset() } },
    texts.t("reading.reset"),
  );
  const close = h(
    "button",
    { type: "button", class: "button button--main", on: { click: () => element.close() } },
    texts.t("reading.close"),
  );
  const element = h(
    "dialog",
    { class: "panel panel--reading", "aria-labelledby": "reading-title" },
    h("h2", { id: "reading-title" }, texts.t("reading.title")),
    h("p", { class: "panel__hint" }, texts.t("reading.hint")),
    groups,
    h("div", { class: "panel__ways" }, reset, close),
  );
  element.addEventListener("click", (event) => {
    if (event.target === element) element.close();
  });
  const button = barButton("reading", texts.t("reading.title"), () => element.showModal());
  return { button, element };
}

function group(texts, reading, name) {
  return h(
    "fieldset",
    { class: "panel__group" },
    h("legend", {}, texts.t(`reading.${name}`)),
    h(
      "div",
      { class: "panel__options" },
      CHOICES[name].map((value) => option(texts, reading, name, value)),
    ),
  );
}

function option(texts, reading, name, value) {
  const radio = h("input", {
    type: "radio",
    name: `reading-${name}`,
    value,
    on: { change: () => reading.choose(name, value) },
  });
  reading.choices.subscribe((choices) => {
    radio.checked = choices[name] === value;
  });
  const words = h("span", {}, texts.t(`reading.${name}.${value}`));
  return h("label", { class: "panel__option" }, radio, icon("check"), words);
}
