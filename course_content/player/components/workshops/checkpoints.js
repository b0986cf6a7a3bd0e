/** Points of the list of what a complete work has. */

/** A point that is done when nothing is left of it, and says how much there is. */
export function countdown(texts, name, left, total) {
  const text = texts.t(name);
  return {
    text: left > 0 ? texts.t("work.left", { text, count: left }) : text,
    isDone: total > 0 && left === 0,
  };
}
