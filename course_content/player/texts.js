/** The player's own words in one language. */
export class Texts {
  #words;
  #plurals;
  #numbers;
  #percents;
  #moments;
  #lists;

  /**
   * @param {string} language
   * @param {Record<string, string|Record<string, string>>} words by name; those with plural forms
   *   by the names that Intl.PluralRules gives to the forms
   */
  constructor(language, words) {
    this.language = language;
    this.#words = words;
    this.#plurals = new Intl.PluralRules(this.language);
    this.#numbers = new Intl.NumberFormat(this.language);
    this.#percents = new Intl.NumberFormat(this.language, {
      style: "percent",
      maximumFractionDigits: 1,
    });
    this.#lists = new Intl.ListFormat(this.language);
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

  /** @param {string[]} titles each in quotation marks */
  list(titles) {
    return this.#lists.format(titles.map((title) => this.t("quoted", { title })));
  }

  /** @param {number} share between 0 and 1 */
  percent(share) {
    return this.#percents.format(share);
  }
}
