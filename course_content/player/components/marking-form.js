/** The rubric as a form, with the points that they come to, and the comment. */
import { h } from "../dom.js";

const LONGEST_COMMENT = 6000;

export class MarkingForm {
  #texts;
  #rubric;
  #onChange;
  #total = h("p", { class: "marking__total", role: "status" });
  #comment = h("textarea", {
    id: "marking-comment",
    rows: "6",
    maxlength: String(LONGEST_COMMENT),
    "aria-describedby": "marking-hint",
    on: { input: () => this.#changed() },
  });

  /**
   * @param {import("../texts.js").Texts} texts
   * @param {object} rubric with the `language` of its texts
   * @param {{marks: Record<string, number>, comment: string}} said so far
   * @param {(said: {marks: Record<string, number>, comment: string}) => void} onChange
   */
  constructor(texts, rubric, said, onChange) {
    this.#texts = texts;
    this.#rubric = rubric;
    this.#onChange = onChange;
    this.element = h(
      "form",
      { class: "marking__form", on: { submit: (event) => event.preventDefault() } },
      rubric.criteria.map((criterion) => this.#criterion(criterion)),
      this.#total,
      h("label", { for: "marking-comment" }, texts.t("marking.comment")),
      h("p", { id: "marking-hint", class: "marking__hint" }, texts.t("marking.commentHint")),
      this.#comment,
    );
    this.fill(said);
  }

  get said() {
    const chosen = [...this.element.querySelectorAll("input:checked")];
    const marks = Object.fromEntries(chosen.map(({ name, value }) => [name, Number(value)]));
    return { marks, comment: this.#comment.value };
  }

  fill({ marks, comment }) {
    this.#comment.value = comment;
    for (const field of this.element.querySelectorAll("input")) {
      field.checked = marks[field.name] === Number(field.value);
    }
    this.#count();
  }

  #criterion({ id, title, levels }) {
    const { language } = this.#rubric;
    return h(
      "fieldset",
      { class: "marking__criterion" },
      h("legend", { lang: language }, title),
      levels.map(({ points, text }) =>
        h(
          "label",
          { class: "marking__level" },
          h("input", {
            type: "radio",
            name: id,
            value: String(points),
            on: { change: () => this.#changed() },
          }),
          h(
            "span",
            {},
            h("strong", {}, this.#texts.t("rubric.points", { count: points })),
            " – ",
            h("span", { lang: language }, text),
          ),
        ),
      ),
    );
  }

  #changed() {
    this.#count();
    this.#onChange(this.said);
  }

  #count() {
    const points = Object.values(this.said.marks).reduce((sum, each) => sum + each, 0);
    const { maximum } = this.#rubric;
    this.#total.textContent = this.#texts.t("rubric.total", { points, maximum });
  }
}
