/**
 * What ratings say: the cell of a grid, the class of salience, and who must not be forgotten.
 * Pure, so that the table, the drawings and the warnings agree.
 */

/** Ratings go from 1 to 5; those from 4 on are high. */
export const HIGHEST = 5;
const HIGH = 3.5;

export function isHigh(rating) {
  return typeof rating === "number" && rating >= HIGH;
}

/** Mendelow's four ways to treat somebody, by power and interest; null until both are rated. */
export function conduct({ power, interest }) {
  if (power === undefined || interest === undefined) return null;
  if (isHigh(power)) return isHigh(interest) ? "key" : "satisfy";
  return isHigh(interest) ? "inform" : "least";
}

/** The same grid read from the other side: who decides, and who bears what is decided. */
export function exposure({ power, effect }) {
  if (power === undefined || effect === undefined) return null;
  if (isHigh(power)) return isHigh(effect) ? "decidesAndBears" : "decides";
  return isHigh(effect) ? "bears" : "neither";
}

/** The seven classes of Mitchell, Agle and Wood (1997), by power, legitimacy and urgency. */
const CLASSES = {
  P: "dormant",
  L: "discretionary",
  U: "demanding",
  PL: "dominant",
  PU: "dangerous",
  LU: "dependent",
  PLU: "definitive",
};
export const SALIENCE_CLASSES = Object.values(CLASSES);

/** @returns {string|null} null for somebody with none of the three attributes */
export function salience({ hasPower, hasLegitimacy, hasUrgency }) {
  const attributes = [
    [hasPower, "P"],
    [hasLegitimacy, "L"],
    [hasUrgency, "U"],
  ];
  const name = attributes.map(([has, letter]) => (has ? letter : "")).join("");
  return CLASSES[name] ?? null;
}

/** Strongly affected, and yet where the grid says to do the least. */
export function isForgotten(rating) {
  return isHigh(rating.effect) && conduct(rating) === "least";
}
