/** By how much a work came late, in words. */

const UNITS = [
  ["days", 86_400],
  ["hours", 3600],
  ["minutes", 60],
];

/**
 * @param {import("../texts.js").Texts} texts
 * @param {{lateSeconds: number|null, number: number}} work `lateSeconds` is how late it came when
 *   it was first handed in: a minute at least
 * @returns {string} nothing, when it was in time
 */
export function latenessOf(texts, { lateSeconds, number }) {
  if (lateSeconds === null) return "";
  const [name, seconds] = UNITS.find(([, least]) => lateSeconds >= least);
  const late = texts.t(`handIn.late.${name}`, { count: Math.floor(lateSeconds / seconds) });
  return number === 1 ? late : texts.t("handIn.late.first", { late });
}
