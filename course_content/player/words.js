/**
 * The words of a language as one text, the way that a script carries them: without the beginnings
 * that names have in common, and the quotation marks of JSON.
 *
 * A line for each text: a dot for every part that its name shares with the one before, the rest of
 * its name, `=`, the text. One of several plural forms has `|` and the form's name before the `=`.
 *
 * @typedef {Record<string, string|Record<string, string>>} Words
 */
const LINE = /^(\.*)([^|=]*)\|?([^=]*)=(.*)$/;

/**
 * @param {Words} words whose texts have one line each
 * @returns {string}
 */
export function packed(words) {
  let before = [];
  return Object.entries(words)
    .flatMap(([name, entry]) => {
      const parts = name.split(".");
      const own = parts.findIndex((part, i) => i === parts.length - 1 || part !== before[i]);
      before = parts;
      const short = ".".repeat(own) + parts.slice(own).join(".");
      if (typeof entry === "string") return `${short}=${entry}`;
      const [first, ...others] = Object.entries(entry).map(([form, text]) => `|${form}=${text}`);
      return [short + first, ...others.map((other) => ".".repeat(parts.length) + other)];
    })
    .join("\n");
}

/**
 * @param {string} text that `packed` made
 * @returns {Words}
 */
export function unpacked(text) {
  const words = {};
  let before = [];
  for (const line of text.split("\n")) {
    const [, dots, rest, form, said] = LINE.exec(line);
    before = [...before.slice(0, dots.length), ...(rest ? rest.split(".") : [])];
    const name = before.join(".");
    words[name] = form ? { ...words[name], [form]: said } : said;
  }
  return words;
}
