/** Search in the whole course, or in what the link covers: a dialog that leads to passages. */
import { h } from "../dom.js";
import { sectionsOf } from "../passages.js";
import { SearchIndex } from "../search.js";
import { Failure } from "../tracking/failure.js";
import { barButton } from "./bar-button.js";
import { failureMessage } from "./failure.js";

const MOST_SHOWN = 30;

export class SearchPanel {
  #texts;
  #course;
  #tracking;
  #onHit;
  #index = null;
  #field;
  #count = h("p", { class: "panel__hint", role: "status" });
  #results = h("ol", { class: "results" });

  /**
   * @param {{texts, course, tracking, onHit: (place: number|null) => void}} parts `onHit` is told
   *   where in the step to go, before the link to the step is followed
   */
  constructor({ texts, course, tracking, onHit }) {
    this.#texts = texts;
    this.#course = course;
    this.#tracking = tracking;
    this.#onHit = onHit;
    this.#field = h("input", {
      type: "search",
      id: "search-field",
      autocomplete: "off",
      spellcheck: "false",
      on: { input: () => this.#find() },
    });
    this.element = this.#dialog();
    this.button = barButton("search", texts.t("search.open"), () => this.#open());
  }

  #dialog() {
    const close = h(
      "button",
      { type: "button", class: "button", on: { click: () => this.element.close() } },
      this.#texts.t("search.close"),
    );
    const form = h(
      "form",
      { class: "panel__search", role: "search", on: { submit: (event) => this.#submit(event) } },
      h("label", { for: "search-field" }, this.#texts.t("search.label")),
      this.#field,
    );
    const dialog = h(
      "dialog",
      { class: "panel panel--search", "aria-label": this.#texts.t("search.title") },
      form,
      this.#count,
      this.#results,
      h("div", { class: "panel__ways" }, close),
    );
    dialog.addEventListener("keydown", (event) => this.#walk(event));
    dialog.addEventListener("click", (event) => event.target === dialog && dialog.close());
    return dialog;
  }

  async #open() {
    this.element.showModal();
    this.#field.focus();
    this.#field.select();
    if (this.#index) return;
    this.#results.replaceChildren();
    this.#count.textContent = this.#texts.t("search.loading");
    try {
      this.#index = await this.#read();
      this.#find();
    } catch (error) {
      if (!(error instanceof Failure)) throw error;
      this.#count.textContent = "";
      this.#results.replaceChildren(h("li", {}, failureMessage(this.#texts, error)));
    }
  }

  /** Read all units once. A platform that gives them one by one gives them faster from then on. */
  async #read() {
    const units = [...this.#course.units, ...this.#course.appendices];
    const contents = await Promise.all(units.map(({ id }) => this.#tracking.unit(id)));
    return new SearchIndex(
      units.flatMap((unit, i) =>
        unit.steps.flatMap((step) => sectionsOf(step, contents[i].steps[step.id])),
      ),
    );
  }

  #find() {
    if (!this.#index) return;
    const query = this.#field.value.trim();
    const hits = this.#index.find(query);
    this.#count.textContent = this.#said(query, hits.length);
    this.#results.replaceChildren(...hits.slice(0, MOST_SHOWN).map((hit) => this.#entry(hit)));
  }

  #said(query, count) {
    if (!query) return this.#texts.t("search.hint");
    if (count === 0) return this.#texts.t("search.none", { query });
    const name = count > MOST_SHOWN ? "search.some" : "search.count";
    return this.#texts.t(name, { count, shown: MOST_SHOWN });
  }

  #entry({ path, place, title, context, excerpt }) {
    const follow = () => {
      this.#onHit(place);
      this.element.close();
    };
    return h(
      "li",
      { class: "results__entry" },
      h("a", { href: `#/${path}`, on: { click: follow } }, title),
      context !== title && h("p", { class: "results__context" }, context),
      h(
        "p",
        { class: "results__excerpt" },
        excerpt.map(({ text, isHit }) => (isHit ? h("mark", {}, text) : text)),
      ),
    );
  }

  #submit(event) {
    event.preventDefault();
    this.#results.querySelector("a")?.focus();
  }

  /** The arrows go from the field through the results, and back. */
  #walk(event) {
    const step = { ArrowDown: 1, ArrowUp: -1 }[event.key];
    if (!step) return;
    const stops = [this.#field, ...this.#results.querySelectorAll("a")];
    const next = stops[stops.indexOf(document.activeElement) + step];
    if (!next || !stops.includes(document.activeElement)) return;
    event.preventDefault();
    next.focus();
  }
}
