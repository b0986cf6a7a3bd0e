/**
 * A learner's whole work in at most 4096 characters, whatever the course's size (SCORM 1.2 RTE,
 * 3.4.2.10: cmi.suspend_data is a CMIString4096).
 *
 * `1<fingerprint>.<bits>`: the version of this layout, what the course is made of, and the work in
 * bits. After another `.` come the works of workshops if there are any (packed-works.js), or `!`
 * when there was no room for them. A response is kept where there is room, because the verdict
 * follows from it; else its score, which is a whole number of steps. What leaves first when there
 * is no room is in LEVELS.
 *
 * A structure is `{steps: [path], workshops: [id], activities: [{id, attempts, questions:
 * [{id, points, key}]}]}`.
 */
import { InvalidResponse, rounded, verdict, verdictOfScore } from "../../scoring.js";
import { newAttempt } from "../attempts.js";
import { BitReader, BitWriter, NoRoom, widthFor } from "./bits.js";
import { isTyped, packingOf } from "./responses.js";

export const NO_ROOM_FOR_WORKS = "!";
const VERSION = "1";

/** What is left out, level by level; each level leaves out what those before it do. */
const LEVELS = [
  "nothing",
  "works",
  "drafts",
  "typed-responses",
  "responses",
  "finished-answers",
  "answers",
  "visited",
  "attempts",
];
const [, WORKS, DRAFTS, TYPED, RESPONSES, FINISHED, ANSWERS, VISITED, ATTEMPTS] = LEVELS.keys();
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
   * @param {string} [works] packed; null when they could not be
   * @returns {{text: string, left: string}} `left` is what had to be left out, one of LEVELS
   */
  encode(work, works = "") {
    for (const level of LEVELS.keys()) {
      const end = ending(works, level);
      try {
        const bits = new BitWriter(this.#room - this.#prefix.length - end.length);
        this.#write(bits, work, level);
        return { text: this.#prefix + bits + end, left: LEVELS[level] };
      } catch (error) {
        if (!(error instanceof NoRoom)) throw error;
      }
    }
    throw new NoRoom();
  }

  /**
   * @returns {{state, attempts, works: string}|null} null when the text is not of this course as
   *   it is now; `works` are packed, `!` when they had no room
   */
  decode(text) {
    if (!text.startsWith(this.#prefix)) return null;
    const [bits, works = ""] = text.slice(this.#prefix.length).split(".");
    try {
      return { ...this.#read(new BitReader(bits)), works };
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

function ending(works, level) {
  if (works === "") return "";
  return works === null || level >= WORKS ? `.${NO_ROOM_FOR_WORKS}` : `.${works}`;
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

/**
 * The key has no feedback before its unit is opened, and nobody sees an answer before.
 * @throws {InvalidResponse} at once
 */
function markedWhenSeen(key, response) {
  verdict(key, response);
  return {
    response,
    get verdict() {
      return verdict(key, response);
    },
  };
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
