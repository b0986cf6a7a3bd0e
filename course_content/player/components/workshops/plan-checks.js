/** Whether a method can keep a promise, and keep it in time. Pure. */

/** The five levels of the IAP2 spectrum, from the least to the most that is shared. */
export const LEVELS = ["inform", "consult", "involve", "collaborate", "empower"];

/** The highest level that each method can keep (an order of magnitude, proposed by the course). */
export const CEILINGS = {
  poster: "inform",
  survey: "consult",
  meeting: "consult",
  visits: "involve",
  workshop: "involve",
  drafting: "collaborate",
  assembly: "empower",
};
const TOO_HEAVY = 2;
const DAYS_TO_TAKE_IN = 7;
const DAY_MS = 24 * 3600 * 1000;

/**
 * What does not fit in a sheet.
 * @returns {("ceiling"|"heavy"|"late"|"tight")[]}
 */
export function misfits({ level, method, lastMeeting, decision }) {
  const found = [];
  if (level && method) {
    const room = LEVELS.indexOf(CEILINGS[method]) - LEVELS.indexOf(level);
    if (room < 0) found.push("ceiling");
    if (room >= TOO_HEAVY) found.push("heavy");
  }
  const days = (Date.parse(decision) - Date.parse(lastMeeting)) / DAY_MS;
  if (days <= 0) found.push("late");
  else if (days < DAYS_TO_TAKE_IN) found.push("tight");
  return found;
}
