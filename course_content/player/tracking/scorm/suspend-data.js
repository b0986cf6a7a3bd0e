/**
 * A learner's whole work in at most 4096 characters, whatever the course's size (SCORM 1.2 RTE,
 * 3.4.2.10: cmi.suspend_data is a CMIString4096).
 *
 * `2<fingerprint>.<bits>`: the version of this layout, what the course is made of, and what was
 * done of it in bits. Then, if there are any, each after a `.` and in the course's order, come the
 * works of workshops (packed-works.js); `!` stands for one that had no room. A response is kept
 * where there is room, because the verdict follows from it; else its score, which is a whole number
 * of steps. Works leave first when there is no room, the longest before the others; then what is
 * in LEVELS.
 *
 * A structure is `{steps: [path], workshops: [id], activities: [{id, attempts, questions:
 * [{id, points, key}]}]}`.
 */
import { InvalidResponse, rounded, verdictOfScore } from "../../scoring.js";
import { newAttempt } from "../attempts.js";
import { markedWhenSeen } from "../marker.js";
import { BitReader, BitWriter, NoRoom, widthFor } from "./bits.js";
import { isTyped, packingOf } from "./responses.js";

export const NO_ROOM = "!";
const VERSION = "2";
const BETWEEN_WORKS = ".";

/** What is left out, level by level; each level leaves out what those before it do. */
const LEVELS = [
  "nothing",
  "drafts",
  "typed-responses",
  "responses",
  "finished-answers",
  "answers",
  "visited",
  "attempts",
];
const [, DRAFTS, TYPED, RESPONSES, FINISHED, ANSWERS, VISITED, ATTEMPTS] = LEVELS.keys();
const LEVEL_WIDTH = widthFor(LEVELS.length - 1);

const SCORE_STEPS = 10000;
const SCORE_WIDTH = widthFor(SCORE_STEPS);

export class SuspendData {
  #structure;
  #prefix;
  #room;

  /**
   * @param {object} structure
   * @param {number} room the characters that the LMS keeps
   */
  constructor(structure, room) {
    this.#structure = structure;
    this.#room = room;
    this.#prefix = `${VERSION}${fingerprint(structure)}.`;
  }

  /**
   * @param {{state: import("../../tracking.js").State, attempts: object}} work
   * @param {Record<string, string|null>} [works] packed, by workshop; null for what could not be
   * @returns {{text: string, left: string, unkept: string[]}} `left` is what had to be left out,
   *   one of LEVELS; `unkept` are the workshops whose work had no room
   */
  encode(work, works = {}) {
    const made = this.#structure.workshops.filter((id) => id in works && works[id] !== "");
    const reserved = made.length > 0 ? placesFor(this.#structure.workshops) : 0;
    for (const level of LEVELS.keys()) {
      try {
        const bits = new BitWriter(this.#room - this.#prefix.length - reserved);
        this.#write(bits, work, level);
        const text = this.#prefix + bits;
        const kept = fitting(made, works, this.#room - text.length - reserved);
        const unkept = made.filter((id) => !kept.has(id));
        return { text: text + this.#ending(made, works, kept), left: LEVELS[level], unkept };
      } catch (error) {
        if (!(error instanceof NoRoom)) throw error;
      }
    }
    throw new NoRoom();
  }

  #ending(made, works, kept) {
    if (made.length === 0) return "";
    const written = (id) => (kept.has(id) ? works[id] : NO_ROOM);
    return this.#structure.workshops
      .map((id) => BETWEEN_WORKS + (made.includes(id) ? written(id) : ""))
      .join("");
  }

  /**
   * @returns {{state, attempts, works: Record<string, string>}|null} null when the text is not of
   *   this course as it is now; `works` are packed, NO_ROOM for those that had none
   */
  decode(text) {
    if (!text.startsWith(this.#prefix)) return null;
    const [bits, ...ending] = text.slice(this.#prefix.length).split(BETWEEN_WORKS);
    const works = this.#structure.workshops
      .map((id, place) => [id, ending[place] ?? ""])
      .filter(([, packed]) => packed !== "");
    try {
      return { ...this.#read(new BitReader(bits)), works: Object.fromEntries(works) };
    } catch (error) {
      if (error instanceof RangeError || error instanceof InvalidResponse) return null;
      throw error;
    }
  }

  #write(bits, { state, attempts }, level) {
    const { steps, workshops, activities } = this.#structure;
    bits.write(level, LEVEL_WIDTH);
    bits.count(steps.indexOf(state.position) + 1);
    if (level < VISITED) {
      const visited = new Set(state.visited);
      for (const path of steps) bits.flag(visited.has(path));
      for (const id of workshops) bits.flag(state.made.includes(id));
    }
    if (level < ATTEMPTS) {
      for (const activity of activities) writeAttempt(bits, activity, attempts[activity.id], level);
    }
    if (level < DRAFTS) this.#writeDrafts(bits, state.drafts);
  }

  #read(bits) {
    const { steps, workshops, activities } = this.#structure;
    const level = bits.read(LEVEL_WIDTH);
    const position = steps[bits.count() - 1] ?? null;
    const visited = level < VISITED ? steps.filter(() => bits.flag()) : [];
    const made = level < VISITED ? workshops.filter(() => bits.flag()) : [];
    const attempts = {};
    if (level < ATTEMPTS) {
      for (const activity of activities) {
        const attempt = readAttempt(bits, activity);
        if (attempt) attempts[activity.id] = attempt;
      }
    }
    const drafts = level < DRAFTS ? this.#readDrafts(bits) : {};
    return { state: { position, visited, made, drafts }, attempts };
  }

  #writeDrafts(bits, drafts) {
    const kept = this.#questions().filter(
      ({ name, key }) => name in drafts && packingOf(key).fits(key, drafts[name]),
    );
    bits.count(kept.length);
    for (const { place, name, key } of kept) {
      bits.count(place);
      packingOf(key).write(bits, key, drafts[name]);
    }
  }

  #readDrafts(bits) {
    const questions = this.#questions();
    const drafts = {};
    for (let rest = bits.count(); rest > 0; rest -= 1) {
      const question = questions[bits.count()];
      if (!question) throw new RangeError("No such question.");
      drafts[question.name] = packingOf(question.key).read(bits, question.key);
    }
    return drafts;
  }

  #questions() {
    return this.#structure.activities
      .flatMap(({ id, questions }) =>
        questions.map((one) => ({ name: `${id}/${one.id}`, key: one.key })),
      )
      .map((question, place) => ({ ...question, place }));
  }
}

/** Room for what stands between works, and for a mark of each that has none. */
function placesFor(workshops) {
  return workshops.length * (BETWEEN_WORKS.length + NO_ROOM.length);
}

/** The works that have room, as many as can be: a long one does not push out the others. */
function fitting(made, works, room) {
  const kept = new Set();
  const shortestFirst = made
    .filter((id) => works[id] !== null)
    .sort((one, other) => works[one].length - works[other].length);
  let left = room;
  for (const id of shortestFirst) {
    left -= works[id].length;
    if (left < 0) break;
    kept.add(id);
  }
  return kept;
}

function writeAttempt(bits, activity, attempt, level) {
  bits.flag(attempt);
  if (!attempt) return;
  bits.count(attempt.number);
  writeScore(bits, attempt.completed ? attempt.score : null);
  writeScore(bits, attempt.best);
  const lastLevel = attempt.completed ? FINISHED : ANSWERS;
  bits.flag(level < lastLevel);
  if (level >= lastLevel) return;
  for (const question of activity.questions) {
    writeAnswer(bits, question.key, attempt.answers[question.id], level);
  }
}

function readAttempt(bits, activity) {
  if (!bits.flag()) return null;
  const number = bits.count();
  const score = readScore(bits);
  const best = readScore(bits);
  const answers = {};
  if (bits.flag()) {
    for (const question of activity.questions) {
      const answer = readAnswer(bits, question.key);
      if (answer) answers[question.id] = answer;
    }
  }
  return { ...newAttempt(activity, number, best), answers, completed: score !== null, score };
}

function writeScore(bits, score) {
  bits.flag(score !== null);
  if (score !== null) bits.write(Math.round(score * SCORE_STEPS), SCORE_WIDTH);
}

function readScore(bits) {
  return bits.flag() ? bits.read(SCORE_WIDTH) / SCORE_STEPS : null;
}

function writeAnswer(bits, key, answer, level) {
  bits.flag(answer);
  if (!answer) return;
  const packing = packingOf(key);
  const isDropped = level >= RESPONSES || (level >= TYPED && isTyped(key));
  const isKept = !isDropped && packing.fits(key, answer.response);
  bits.flag(isKept);
  if (isKept) {
    packing.write(bits, key, answer.response);
  } else {
    const steps = packing.steps(key);
    bits.write(Math.round(answer.verdict.score * steps), widthFor(steps));
  }
}

function readAnswer(bits, key) {
  if (!bits.flag()) return null;
  const packing = packingOf(key);
  if (bits.flag()) {
    return markedWhenSeen(key, packing.read(bits, key));
  }
  const steps = packing.steps(key);
  const score = rounded(bits.read(widthFor(steps)) / steps);
  return { response: undefined, verdict: verdictOfScore(key, score) };
}

/** What the bits depend on: a course that differs in it cannot be read with them. */
function fingerprint({ steps, workshops, activities }) {
  const shape = activities.map(({ id, questions }) => [
    id,
    questions.map(({ id: question, key }) => [
      question,
      key.kind,
      packingOf(key).ids(key),
      packingOf(key).steps(key),
    ]),
  ]);
  return hash(JSON.stringify([steps, workshops, shape]));
}

/** FNV-1a on 32 bits, in six characters or seven. */
function hash(text) {
  let value = 0x811c9dc5;
  for (const byte of new TextEncoder().encode(text)) {
    value = Math.imul(value ^ byte, 0x01000193);
  }
  return (value >>> 0).toString(36);
}
