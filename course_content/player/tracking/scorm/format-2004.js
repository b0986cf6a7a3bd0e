/**
 * Values as the SCORM 2004 data model writes them (4th Edition RTE, 4.1.1), never as a locale does.
 */
import { numberText, parsedNumber } from "../../scoring.js";
import { cut, identifier } from "./format.js";

const FILL_IN_LIMIT = 250;
const DECIMALS = 10_000_000;
/** Beyond this, numbers typed by learners are told as this. */
const LARGEST = Number.MAX_SAFE_INTEGER / DECIMALS;
const HUNDREDTHS = 100;
const HOUR = 3600 * HUNDREDTHS;
const MINUTE = 60 * HUNDREDTHS;

/** real(10,7). */
export function real(value) {
  const within = Math.min(LARGEST, Math.max(-LARGEST, value));
  return numberText(Math.round(within * DECIMALS) / DECIMALS);
}

/** timeinterval(second,10,2): ISO 8601, with hours at most. */
export function duration(seconds) {
  const all = Math.max(0, Math.round(seconds * HUNDREDTHS));
  const rest = numberText((all % MINUTE) / HUNDREDTHS);
  return `PT${Math.floor(all / HOUR)}H${Math.floor((all % HOUR) / MINUTE)}M${rest}S`;
}

/** time(second,10,0) of the learner's clock. Moodle takes no milliseconds, nor a bare `Z`. */
export function timestamp(date) {
  const day = [date.getFullYear(), date.getMonth() + 1, date.getDate()];
  const time = [date.getHours(), date.getMinutes(), date.getSeconds()];
  const padded = (parts) => parts.map((part) => String(part).padStart(2, "0"));
  return `${padded(day).join("-")}T${padded(time).join(":")}`;
}

/** characterstring of at most 250 characters; brackets mean something there. */
export function shortText(text) {
  const plain = text
    .replace(/\s+/g, " ")
    .replace(/\[(?=[,.:]\])/g, "(")
    .replace(/^\{(?=(lang|case_matters|order_matters)=)/, "(");
  return cut(plain.trim(), FILL_IN_LIMIT);
}

const list = (ids) => ids.map(identifier).join("[,]");

/** What each kind of question is called, and how its responses are written (4.2.9.2). */
const KINDS = {
  single: { type: "choice", response: (key, id) => identifier(id) },
  multiple: { type: "choice", response: (key, ids) => list(ids) },
  true_false: { type: "true-false", response: (key, value) => String(value) },
  ordering: { type: "sequencing", response: (key, ids) => list(ids) },
  matching: {
    type: "matching",
    response: (key, pairs) =>
      Object.keys(key.correct)
        .map((left) => `${identifier(left)}[.]${identifier(pairs[left])}`)
        .join("[,]"),
  },
  numeric: { type: "numeric", response: (key, text) => real(parsedNumber(text)) },
  text: { type: "fill-in", response: (key, text) => shortText(text) },
};

/** What a question is called. cmi5 has the words and the ways of writing of SCORM 2004. */
export function typeOf(key) {
  return KINDS[key.kind].type;
}

/** A response as it is written. */
export function responseOf(key, response) {
  return KINDS[key.kind].response(key, response);
}

/** The right answers. A number is right within a range; case matters in no text of ours. */
export function patternsOf(key) {
  if (key.kind === "text") {
    return key.accepted.map((text) => `{case_matters=false}${shortText(text)}`);
  }
  if (key.kind === "numeric") {
    const slack = key.tolerance ?? 0;
    return [`${real(key.correct - slack)}[:]${real(key.correct + slack)}`];
  }
  return [responseOf(key, key.correct)];
}

function result(score) {
  if (score === 1) return "correct";
  return score === 0 ? "incorrect" : real(score);
}

/**
 * An answered question as `cmi.interactions.n` elements, in the order in which to set them.
 * @param {{activity: {id: string}, questionId: string, competencies: string[], response: unknown,
 *   key: object, verdict: {score: number}, seconds: number, at: Date}} answer
 * @returns {[string, string][]} element below `cmi.interactions.n`, value
 */
export function interaction(answer) {
  const { activity, questionId, competencies = [], response, key, verdict, seconds, at } = answer;
  return [
    ["id", identifier(`${activity.id}_${questionId}`)],
    ["type", typeOf(key)],
    ["timestamp", timestamp(at)],
    ...competencies.map((id, i) => [`objectives.${i}.id`, identifier(id)]),
    ...patternsOf(key).map((pattern, i) => [`correct_responses.${i}.pattern`, pattern]),
    ["weighting", real(key.points ?? 1)],
    ["learner_response", responseOf(key, response)],
    ["result", result(verdict.score)],
    ["latency", duration(seconds)],
  ];
}
