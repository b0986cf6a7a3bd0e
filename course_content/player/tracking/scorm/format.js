/**
 * Values as the SCORM 1.2 data model writes them (RTE 1.2, 3.4.1), never as a locale does.
 */
import { numberText, parsedNumber } from "../../scoring.js";

export const STRING_LIMIT = 255;
const MOST_HOURS = 9999;
/** Beyond this, numbers typed by learners are told as this. */
const LARGEST = Number.MAX_SAFE_INTEGER;

function padded(number, width) {
  return String(number).padStart(width, "0");
}

/** CMIDecimal with a dot and at most two decimals. */
function decimal(value) {
  return numberText(Math.round(value * 100) / 100);
}

/** A score between 0 and 1 as CMIDecimal between 0 and 100. */
export function percent(score) {
  return decimal(Math.min(1, Math.max(0, score)) * 100);
}

/** CMITimespan, HHHH:MM:SS.SS; Moodle wants two digits of hours at least. */
export function timespan(seconds) {
  const hundredths = Math.max(0, Math.round(seconds * 100));
  const hours = Math.floor(hundredths / 360000);
  if (hours > MOST_HOURS) return `${MOST_HOURS}:59:59.99`;
  const minutes = Math.floor(hundredths / 6000) % 60;
  const rest = hundredths % 6000;
  const whole = [hours, minutes, Math.floor(rest / 100)].map((part) => padded(part, 2)).join(":");
  return `${whole}.${padded(rest % 100, 2)}`;
}

/** CMITime, HH:MM:SS of the day. */
export function timeOfDay(date) {
  return [date.getHours(), date.getMinutes(), date.getSeconds()]
    .map((part) => padded(part, 2))
    .join(":");
}

/** CMIIdentifier: letters, digits, hyphen and underscore, at most 255. */
export function identifier(text) {
  return text
    .normalize("NFKD")
    .replace(/\p{M}/gu, "")
    .replace(/[^A-Za-z0-9_-]/g, "-")
    .slice(0, STRING_LIMIT);
}

/** Cut between characters, not inside one. LMSs count as browsers do, in UTF-16. */
export function cut(text, limit) {
  let short = "";
  for (const character of text) {
    if (short.length + character.length > limit) break;
    short += character;
  }
  return short;
}

/** CMIString255. */
export function shortString(text) {
  return cut(text.replace(/\s+/g, " ").trim(), STRING_LIMIT);
}

/** CMIFeedback names choices with one character, 0 to 9 or a to z. */
const NAMES = "abcdefghijklmnopqrstuvwxyz0123456789";

function name(ids, id) {
  return NAMES[ids.indexOf(id) % NAMES.length];
}

/** What each kind of question is called, and how its responses are written. */
const KINDS = {
  single: { type: "choice", response: (key, id) => name(key.choices, id) },
  multiple: {
    type: "choice",
    response: (key, ids) => ids.map((id) => name(key.choices, id)).join(","),
    isSet: true,
  },
  true_false: { type: "true-false", response: (key, value) => (value ? "t" : "f") },
  ordering: {
    type: "sequencing",
    response: (key, ids) => ids.map((id) => name([...key.correct].sort(), id)).join(","),
  },
  matching: {
    type: "matching",
    response: (key, pairs) =>
      Object.keys(key.correct)
        .map((left, i) => `${NAMES[i % NAMES.length]}.${name(key.options, pairs[left])}`)
        .join(","),
    isSet: true,
  },
  numeric: { type: "numeric", response: (key, text) => typedNumber(text) },
  text: { type: "fill-in", response: (key, text) => text },
};

/** What was typed, as CMIDecimal with all its decimals. */
function typedNumber(text) {
  const value = parsedNumber(text);
  return numberText(Math.min(LARGEST, Math.max(-LARGEST, value)));
}

/** A full score is "correct", none "wrong", and between them the score as a number. */
function result(score) {
  if (score === 1) return "correct";
  return score === 0 ? "wrong" : decimal(score);
}

/**
 * An answered question as `cmi.interactions.n` elements, in the order in which to set them.
 * @param {{activity: {id: string}, questionId: string, competencies: string[], response: unknown,
 *   key: object, verdict: {score: number}, seconds: number, at: Date}} answer
 * @returns {[string, string][]} element below `cmi.interactions.n`, value
 */
export function interaction(answer) {
  const { activity, questionId, competencies = [], response, key, verdict, seconds, at } = answer;
  const kind = KINDS[key.kind];
  const given = shortString(kind.response(key, response));
  return [
    ["id", identifier(`${activity.id}_${questionId}`)],
    ["time", timeOfDay(at)],
    ["type", kind.type],
    ...competencies.map((id, i) => [`objectives.${i}.id`, identifier(id)]),
    ...patterns(kind, key).map((pattern, i) => [`correct_responses.${i}.pattern`, pattern]),
    ["weighting", decimal(key.points ?? 1)],
    ["student_response", given],
    ["result", result(verdict.score)],
    ["latency", timespan(seconds)],
  ];
}

/** The right answers; braces say that all of a list is needed. */
function patterns(kind, key) {
  if (key.kind === "text") return key.accepted.map(shortString);
  if (key.kind === "numeric") return [numberText(key.correct)];
  const right = kind.response(key, key.correct);
  return [shortString(kind.isSet ? `{${right}}` : right)];
}
