/**
 * How this reader reads: size of the text, spacing, contrast, appearance.
 *
 * It belongs to the browser and not to the learner's work, so no platform hears of it. The root
 * element says what holds, and the style sheet does the rest.
 */
import { Signal } from "./signal.js";
import { storageOf } from "./tracking/works.js";

const PLACE = "arrimage:reading";

/** What one may choose; the first of each holds for those who chose nothing. */
export const CHOICES = {
  size: ["100", "115", "130", "150"],
  spacing: ["usual", "wide"],
  contrast: ["system", "more"],
  theme: ["system", "light", "dark"],
};

/** Choices with nothing in them but what may be chosen: a storage is anybody's to write in. */
export function knownChoices(kept) {
  return Object.fromEntries(
    Object.entries(CHOICES).map(([name, values]) => [
      name,
      values.includes(kept?.[name]) ? kept[name] : values[0],
    ]),
  );
}

/** What the root element says, given what the system asks for. */
export function looksOf(choices, { isDark, wantsContrast }) {
  const isSystems = choices.theme === "system";
  return {
    size: choices.size,
    spacing: choices.spacing,
    contrast: choices.contrast === "more" || wantsContrast ? "more" : "usual",
    theme: isSystems ? (isDark ? "dark" : "light") : choices.theme,
  };
}

export class Reading {
  #root;
  #storage;
  #dark;
  #contrast;

  /** @param {Window} window whose document takes the looks at once, before anything is drawn */
  constructor(window) {
    this.#root = window.document.documentElement;
    this.#storage = storageOf(window);
    this.#dark = window.matchMedia("(prefers-color-scheme: dark)");
    this.#contrast = window.matchMedia("(prefers-contrast: more)");
    this.choices = new Signal(this.#kept());
    this.choices.subscribe(() => this.#apply());
    for (const query of [this.#dark, this.#contrast]) {
      query.addEventListener("change", () => this.#apply());
    }
    window.addEventListener("storage", ({ key }) => {
      if (key === PLACE) this.choices.set(this.#kept());
    });
  }

  choose(name, value) {
    this.#keep({ ...this.choices.value, [name]: value });
  }

  reset() {
    this.#keep({});
  }

  /** Where the browser keeps nothing, it holds for this page. */
  #keep(chosen) {
    const choices = knownChoices(chosen);
    try {
      this.#storage?.setItem(PLACE, JSON.stringify(choices));
    } catch {
      // A storage that is full or closed takes nothing away from this page.
    }
    this.choices.set(choices);
  }

  #kept() {
    try {
      return knownChoices(JSON.parse(this.#storage?.getItem(PLACE) ?? "null"));
    } catch {
      return knownChoices(null);
    }
  }

  #apply() {
    const asked = { isDark: this.#dark.matches, wantsContrast: this.#contrast.matches };
    Object.assign(this.#root.dataset, looksOf(this.choices.value, asked));
  }
}
