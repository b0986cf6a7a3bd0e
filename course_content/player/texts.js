/** The player's own words, in the language of the course. */
import en from "./locale/en.json" with { type: "json" };
import fr from "./locale/fr.json" with { type: "json" };

const LOCALES = { fr, en };

/** The words of the language, or of the first one that we have. */
export class Texts {
  #words;
  #plurals;
  #numbers;
  #percents;
  #moments;

  /** @param {string} language a BCP 47 tag, such as "fr" or "en-GB" */
  constructor(language) {
    const primary = language.split("-")[0];
    this.language = primary in LOCALES ? primary : "fr";
    this.#words = LOCALES[this.language];
    this.#plurals = new Intl.PluralRules(this.language);
    this.#numbers = new Intl.NumberFormat(this.language);
    this.#percents = new Intl.NumberFormat(this.language, {
      style: "percent",
      maximumFractionDigits: 1,
    });
    this.#moments = new Intl.DateTimeFormat(this.language, {
      dateStyle: "long",
      timeStyle: "short",
    });
  }

  /**
   * The text of that name, with `{name}` replaced. A text with plural forms is chosen by `count`.
   * A name that is not there is shown as it is: seen in tests, and better than an empty button.
   */
  t(name, values = {}) {
    const entry = this.#words[name] ?? name;
    const text =
      typeof entry === "string"
        ? entry
        : (entry[this.#plurals.select(values.count)] ?? entry.other);
    return text.replace(/\{(\w+)\}/g, (whole, key) => {
      const value = values[key] ?? whole;
      return typeof value === "number" ? this.#numbers.format(value) : value;
    });
  }

  has(name) {
    return name in this.#words;
  }

  /** @param {Date} moment shown in the time of this device */
  moment(moment) {
    return this.#moments.format(moment);
  }

  /** @param {number} share between 0 and 1 */
  percent(share) {
    return this.#percents.format(share);
  }
}
