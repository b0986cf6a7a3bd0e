/**
 * Answers in, result out: the twin of course_content/scoring.py.
 *
 * Under SCORM and in the local preview the browser scores; under LTI the server does. Both are
 * held to the cases in tests/vectors, where a rule changes first.
 */

/** @typedef {{kind: string, [name: string]: unknown}} Key */
/**
 * @typedef {{score: number, correct: boolean, feedback: string[], solution?: unknown,
 *   choices?: Record<string, string>}} Verdict
 */

/** Longest typed answer that is looked at, in Unicode code points. */
export const LONGEST_RESPONSE = 500;

/** Added to every tolerance, so that 0.1 + 0.2 is within 0 of 0.3. */
const NUMERIC_SLACK = 1e-9;

/**
 * The response is not one that this question can have. Not to be confused with a wrong one. Why, it
 * does not say: what the page says is the same, and the server's own words are its twin's.
 */
export class InvalidResponse extends Error {
  name = "InvalidResponse";
}

/** Round half up to four decimals, the way Python can repeat to the bit. */
export function rounded(value) {
  return Math.floor(value * 10000 + 0.5) / 10000;
}

function has(object, name) {
  return Object.prototype.hasOwnProperty.call(object, name);
}

/** Reduce a short text to what counts in it: no case, accents, ligatures or final punctuation. */
export function normalizedText(text) {
  return text
    .normalize("NFKD")
    .replace(/\p{M}/gu, "")
    .toLowerCase()
    .replace(/œ/g, "oe")
    .replace(/æ/g, "ae")
    .replace(/’/g, "'")
    .replace(/\s+/g, " ")
    .replace(/^ | $/g, "")
    .replace(/[ .,;:!?]+$/, "");
}

const NUMBER = /^([+\-\u2212]?)([0-9]{1,3}(?:[ \u00a0\u202f][0-9]{3})+|[0-9]+)(?:[.,]([0-9]+))?$/;

/** Read a number as people type it, in French or English; null when it is none. */
export function parsedNumber(text) {
  const found = NUMBER.exec(text.trim());
  if (!found) return null;
  const [, sign, whole, decimals = "0"] = found;
  const value = Number(`${whole.replace(/\s/g, "")}.${decimals}`);
  return sign === "-" || sign === "\u2212" ? -value : value;
}

/** Write a number without an exponent, as scoring.py does. */
export function numberText(value) {
  const text = String(value);
  if (!text.includes("e")) return text;
  const [, sign, whole, decimals = "", exponent] = /^(-?)(\d+)(?:\.(\d+))?e([+-]\d+)$/.exec(text);
  const shift = Number(exponent);
  if (shift < 0) return `${sign}0.${"0".repeat(-shift - 1)}${whole}${decimals}`;
  return `${sign}${whole}${decimals}${"0".repeat(shift - decimals.length)}`;
}

function requireKnown(candidate, known) {
  if (typeof candidate !== "string" || !known.includes(candidate)) {
    throw new InvalidResponse();
  }
}

function requireIds(response, known) {
  if (!Array.isArray(response)) {
    throw new InvalidResponse();
  }
  for (const candidate of response) requireKnown(candidate, known);
  if (new Set(response).size !== response.length) {
    throw new InvalidResponse();
  }
}

function feedbackOf(key) {
  return key.feedback ?? {};
}

function ownText(texts, id) {
  return texts && has(texts, id) ? texts[id] : undefined;
}

/** What a typed response means, or InvalidResponse when it means nothing. */
function meaning(response, read) {
  if (typeof response !== "string") throw new InvalidResponse();
  if ([...response].length > LONGEST_RESPONSE) {
    throw new InvalidResponse();
  }
  const value = read(response);
  if (value === null) throw new InvalidResponse();
  return value;
}

/** A question whose answer is typed: how it is read, and when two answers are the same. */
function typed(read, same, score, solution) {
  return {
    score: (key, response) => score(key, meaning(response, read)),
    remark(key, response) {
      const value = meaning(response, read);
      const seenComing = (feedbackOf(key).anticipated ?? []).find((anticipated) =>
        same(value, read(anticipated.answer)),
      );
      return seenComing?.html;
    },
    solution,
  };
}

const readText = (text) => normalizedText(text) || null;

/**
 * One scorer a kind. `score` is between 0 and 1; `remark` the HTML for those who answered just
 * this; `beside` HTML by choice or left side; `solution` a response that is right.
 */
const SCORERS = {
  single: {
    score(key, response) {
      requireKnown(response, key.choices);
      return Number(response === key.correct);
    },
    remark: (key, response) => ownText(feedbackOf(key).choices, response),
    solution: (key) => key.correct,
  },

  multiple: {
    score(key, response) {
      requireIds(response, key.choices);
      if (response.length === 0) throw new InvalidResponse();
      const hits = response.filter((id) => key.correct.includes(id)).length;
      return Math.max(0, hits - (response.length - hits)) / key.correct.length;
    },
    beside: (key) => feedbackOf(key).choices,
    solution: (key) => [...key.correct],
  },

  true_false: {
    score(key, response) {
      if (typeof response !== "boolean") throw new InvalidResponse();
      return Number(response === key.correct);
    },
    remark: (key, response) => feedbackOf(key)[response ? "true" : "false"],
    solution: (key) => key.correct,
  },

  ordering: {
    score(key, response) {
      requireIds(response, key.correct);
      if (response.length !== key.correct.length) {
        throw new InvalidResponse();
      }
      return response.filter((id, i) => id === key.correct[i]).length / key.correct.length;
    },
    solution: (key) => [...key.correct],
  },

  matching: {
    score(key, response) {
      const lefts = Object.keys(key.correct);
      const isRecord =
        typeof response === "object" && response !== null && !Array.isArray(response);
      if (
        !isRecord ||
        Object.keys(response).length !== lefts.length ||
        !lefts.every((left) => has(response, left))
      ) {
        throw new InvalidResponse();
      }
      for (const left of lefts) requireKnown(response[left], key.options);
      return lefts.filter((left) => response[left] === key.correct[left]).length / lefts.length;
    },
    beside: (key) => feedbackOf(key).pairs,
    solution: (key) => ({ ...key.correct }),
  },

  numeric: typed(
    parsedNumber,
    (one, other) => other !== null && Math.abs(one - other) <= NUMERIC_SLACK,
    (key, value) => Number(Math.abs(value - key.correct) <= (key.tolerance ?? 0) + NUMERIC_SLACK),
    (key) => numberText(key.correct),
  ),

  text: typed(
    readText,
    (one, other) => one === other,
    (key, value) => Number(key.accepted.some((accepted) => readText(accepted) === value)),
    (key) => key.accepted[0],
  ),
};

/**
 * Score one response.
 * @param {Key} key
 * @param {unknown} response not to be trusted
 * @returns {{score: number, correct: boolean}}
 * @throws {InvalidResponse} when it is no answer to this question
 */
export function mark(key, response) {
  const score = rounded(SCORERS[key.kind].score(key, response));
  return { score, correct: score === 1 };
}

/** What is said whatever the answer was; a partial score may borrow `incorrect`. */
function generalFeedback(key, score) {
  const { correct, partial, incorrect } = feedbackOf(key);
  if (score === 1) return correct;
  return score > 0 ? (partial ?? incorrect) : incorrect;
}

/** A verdict with nothing in its feedback that was not written. */
function assembled(key, result, remark) {
  const scorer = SCORERS[key.kind];
  const said = [remark, generalFeedback(key, result.score)];
  const answer = {
    ...result,
    feedback: said.filter(Boolean),
    solution: scorer.solution(key),
  };
  const beside = scorer.beside?.(key) ?? {};
  if (Object.keys(beside).length > 0) answer.choices = { ...beside };
  return answer;
}

/**
 * Score one response and say why: first what was written for this very answer, then what is
 * said in general.
 * @param {Key} key
 * @param {unknown} response
 * @returns {Verdict}
 * @throws {InvalidResponse}
 */
export function verdict(key, response) {
  const result = mark(key, response);
  return assembled(key, result, SCORERS[key.kind].remark?.(key, response));
}

/**
 * The verdict of an answer whose score was kept but whose words were not.
 * @param {Key} key
 * @param {number} score
 * @returns {Verdict}
 */
export function verdictOfScore(key, score) {
  return assembled(key, { score, correct: score === 1 }, undefined);
}

/**
 * The weighted mean of the scores, 0 to 1; 0 when there is nothing to weigh. A question without
 * an answer is to be given with the score 0.
 * @param {Iterable<[number, number]>} pointsAndScores
 */
export function activityScore(pointsAndScores) {
  let earned = 0;
  let total = 0;
  for (const [points, score] of pointsAndScores) {
    earned += points * score;
    total += points;
  }
  return total ? rounded(earned / total) : 0;
}
