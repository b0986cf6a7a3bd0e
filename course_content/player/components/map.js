/** The map of the course: a column on wide screens, a drawer on narrow ones. */
import { h, icon } from "../dom.js";

const WIDE = "(min-width: 62rem)";

export class CourseMap {
  #texts;
  #course;
  #learner;
  #nav;
  #drawer;
  #wide = window.matchMedia(WIDE);
  /** How to show each step, unit and the whole again. */
  #refreshers = [];
  #current = null;

  constructor({ texts, course, learner }) {
    this.#texts = texts;
    this.#course = course;
    this.#learner = learner;
    this.button = this.#menuButton();
    this.#nav = h(
      "nav",
      { class: "map", "aria-label": texts.t("map.label") },
      h("p", { class: "map__title" }, course.title),
      this.#progress(),
      h(
        "ol",
        { class: "map__parts" },
        course.parts.map((part) => this.#part(part)),
      ),
      course.appendices.length > 0 && this.#appendices(),
    );
    this.#drawer = this.#makeDrawer();
    this.element = h("div", { class: "layout__map" }, this.#drawer);
    this.#wide.addEventListener("change", () => this.#place());
    this.#place();
    learner.changed.subscribe(() => this.#refresh());
  }

  /** Mark the step that is shown, and put the drawer away. */
  goTo(step) {
    this.#current = step;
    this.#drawer.close();
    this.#refresh();
    const link = this.#nav.querySelector("[aria-current]");
    if (link && this.#wide.matches) keepInView(this.#nav, link);
  }

  #menuButton() {
    return h(
      "button",
      {
        type: "button",
        class: "bar__menu",
        "aria-haspopup": "dialog",
        on: { click: () => this.#drawer.showModal() },
      },
      icon("menu"),
      h("span", {}, this.#texts.t("map.open")),
    );
  }

  #makeDrawer() {
    const close = h(
      "button",
      { type: "button", class: "drawer__close", on: { click: () => drawer.close() } },
      icon("cross"),
      h("span", {}, this.#texts.t("map.close")),
    );
    const drawer = h(
      "dialog",
      { class: "drawer", "aria-label": this.#texts.t("map.label") },
      close,
    );
    drawer.addEventListener("click", (event) => {
      if (event.target === drawer) drawer.close();
    });
    return drawer;
  }

  /** The same list is in the column or in the drawer, never in both. */
  #place() {
    if (this.#wide.matches) {
      this.#drawer.close();
      this.element.append(this.#nav);
    } else {
      this.#drawer.append(this.#nav);
    }
  }

  #refresh() {
    for (const refresh of this.#refreshers) refresh();
  }

  #progress() {
    const bar = h("progress", { class: "map__bar", "aria-hidden": "true" });
    const words = h("p", { class: "map__progress-words" });
    this.#refreshers.push(() => {
      const { steps } = this.#course;
      const done = steps.filter((step) => this.#learner.isDone(step)).length;
      bar.max = steps.length;
      bar.value = done;
      words.textContent = this.#texts.t("map.progress", { count: done, total: steps.length });
    });
    return h("div", { class: "map__progress" }, words, bar);
  }

  #part(part) {
    const units = part.units.map((unit) => this.#unit(unit));
    return h(
      "li",
      { class: "map__part" },
      h(
        "p",
        { class: "map__part-title" },
        part.title,
        units.length === 0 && h("span", { class: "tag" }, this.#texts.t("map.coming")),
      ),
      units.length === 0 && part.summary && h("p", { class: "map__part-summary" }, part.summary),
      units.length > 0 && h("ol", { class: "map__units" }, units),
    );
  }

  #appendices() {
    const links = this.#course.appendices.map(({ steps: [page] }) => {
      const link = h("a", { class: "map__step", href: `#/${page.path}` }, icon("book"), page.title);
      this.#refreshers.push(() => markCurrent(link, page === this.#current, "page"));
      return h("li", {}, link);
    });
    return h(
      "div",
      { class: "map__part map__aside" },
      h("p", { class: "map__part-title" }, this.#texts.t("aside.title")),
      h("ul", {}, links),
    );
  }

  #unit(unit) {
    const count = h("span", { class: "map__unit-count" });
    const steps = unit.steps.map((step) => this.#step(step));
    this.#refreshers.push(() => {
      const done = unit.steps.filter((step) => this.#learner.isDone(step)).length;
      const values = { count: done, total: unit.steps.length };
      count.replaceChildren(
        h("span", { "aria-hidden": "true" }, `${done}/${unit.steps.length}`),
        h("span", { class: "visually-hidden" }, this.#texts.t("map.progress", values)),
      );
    });
    if (unit.steps.length === 1 && unit.steps[0].title === unit.title) {
      return h("li", { class: "map__unit" }, h("ol", { class: "map__steps" }, steps));
    }
    return h(
      "li",
      { class: "map__unit" },
      h("p", { class: "map__unit-title" }, h("span", {}, unit.title), count),
      h("ol", { class: "map__steps" }, steps),
    );
  }

  #step(step) {
    const mark = h("span", { class: "map__mark" });
    const words = h("span", { class: "visually-hidden" });
    const title = h("span", { class: "map__step-title" }, step.title);
    const link = h("a", { class: "map__step", href: `#/${step.path}` }, mark, title, words);
    this.#refreshers.push(() => {
      const state = this.#learner.isDone(step) ? "done" : this.#learner.isBegun(step) ? "begun" : "new";
      link.dataset.state = state;
      link.dataset.kind = step.kind;
      mark.replaceChildren(...(state === "done" ? [icon("check")] : []));
      words.textContent = ` (${this.#texts.t(`map.step.${step.kind}.${state}`)})`;
      markCurrent(link, step === this.#current, "step");
    });
    return h("li", {}, link);
  }

}

function markCurrent(link, isCurrent, kind) {
  if (isCurrent) link.setAttribute("aria-current", kind);
  else link.removeAttribute("aria-current");
}

/** Scroll a list, and only it, so that an entry of it is seen. */
function keepInView(list, entry) {
  const outer = list.getBoundingClientRect();
  const inner = entry.getBoundingClientRect();
  if (inner.top < outer.top || inner.bottom > outer.bottom) {
    list.scrollTop += inner.top - outer.top - outer.height / 3;
  }
}
