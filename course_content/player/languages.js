/** All the words that we have, for a page whose language is only known once it runs. */
import en from "./locale/en.json" with { type: "json" };
import fr from "./locale/fr.json" with { type: "json" };
import { Texts } from "./texts.js";

const WORDS = { fr, en };

/**
 * The words of the language, or of the first one that we have.
 * @param {string} tag BCP 47, such as "fr" or "en-GB"
 */
export function textsIn(tag) {
  const primary = tag.split("-")[0];
  const language = primary in WORDS ? primary : "fr";
  return new Texts(language, WORDS[language]);
}
