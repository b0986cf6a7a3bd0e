/** What is said to the LMS, as cmi5 wants it said (chapter 9). */
import { plainText } from "../../dom.js";
import { percent } from "../scorm/format.js";
import { duration, patternsOf, responseOf, typeOf } from "../scorm/format-2004.js";
import { randomUuid, uuidOf } from "./uuids.js";

const VERBS = "http://adlnet.gov/expapi/verbs/";
const CMI5 = "https://w3id.org/xapi/cmi5/";
const CMI5_CATEGORY = { id: `${CMI5}context/categories/cmi5` };
const MOVE_ON = { id: `${CMI5}context/categories/moveon` };
const MASTERY = `${CMI5}context/extensions/masteryscore`;
const PROGRESS = `${CMI5}result/extensions/progress`;
const INTERACTION = "http://adlnet.gov/expapi/activities/cmi.interaction";

/** Told once in a registration (cmi5, 9.3): a second telling has the same number, and is known. */
export function isToldOnce(verb) {
  return verb === "completed" || verb === "passed";
}

export class Statements {
  #session;
  #language;
  #base;

  /**
   * @param {import("./session.js").Session} session
   * @param {string} language of the course
   * @param {string} base the address that stands for the course, the same in every export
   */
  constructor(session, language, base) {
    this.#session = session;
    this.#language = language;
    this.#base = base;
  }

  initialized() {
    return this.#defined("initialized", {}, this.#session.startedAt);
  }

  /** @param {number} seconds that the learner took in all */
  completed(seconds) {
    return this.#defined("completed", {
      result: { completion: true, duration: duration(seconds) },
    });
  }

  /**
   * @param {boolean} isPassed
   * @param {number} score 0 to 1
   * @param {number} seconds that the learner took in all
   */
  judged(isPassed, score, seconds) {
    // Judged on what is told.
    const told = Number(percent(score));
    const { masteryScore } = this.#session.data;
    return this.#defined(isPassed ? "passed" : "failed", {
      result: {
        success: isPassed,
        score: { scaled: Math.round(told * 100) / 10000, raw: Math.floor(told), min: 0, max: 100 },
        duration: duration(seconds),
      },
      extensions: typeof masteryScore === "number" ? { [MASTERY]: masteryScore } : {},
    });
  }

  /**
   * @param {number} seconds of this session
   * @param {number|null} share that is done, 0 to 1; null once completion was told
   */
  terminated(seconds, share) {
    const progress = share === null ? {} : { extensions: { [PROGRESS]: Math.floor(share * 100) } };
    return this.#defined("terminated", { result: { duration: duration(seconds), ...progress } });
  }

  /** An answer to a question, as the LMS may know of it and need not (cmi5, 7.1.3). */
  answered({ activity, questionId, response, key, verdict, seconds }) {
    const question = activity.questions.find(({ id }) => id === questionId);
    return this.#statement(randomUuid(), "answered", {
      object: {
        objectType: "Activity",
        id: `${this.#base}#${activity.id}/${questionId}`,
        definition: {
          type: INTERACTION,
          name: { [this.#language]: plainText(question.prompt) },
          interactionType: typeOf(key),
          correctResponsesPattern: patternsOf(key),
          ...this.#components(question),
        },
      },
      result: {
        response: responseOf(key, response),
        success: verdict.score === 1,
        score: { scaled: verdict.score },
        duration: duration(seconds),
      },
      context: this.#context({ parent: [{ id: this.#session.launch.activityId }] }),
    });
  }

  /** The same of an earlier session that could not be told then: it belongs to this one now. */
  again({ id, object, result }) {
    const context = this.#context({ parent: [{ id: this.#session.launch.activityId }] });
    return this.#statement(id, "answered", { object, result, context });
  }

  #components({ kind, choices, items, left, options }) {
    const list = (all) =>
      all.map(({ id, text }) => ({ id, description: { [this.#language]: plainText(text) } }));
    if (kind === "matching") return { source: list(left), target: list(options) };
    if (choices ?? items) return { choices: list(choices ?? items) };
    return {};
  }

  #defined(verb, { result, extensions = {} }, timestamp) {
    const { registration, activityId } = this.#session.launch;
    const isJudgement = result && ("success" in result || "completion" in result);
    const category = isJudgement ? [CMI5_CATEGORY, MOVE_ON] : [CMI5_CATEGORY];
    const id = isToldOnce(verb) ? uuidOf(`${registration} ${activityId} ${verb}`) : randomUuid();
    const object = { objectType: "Activity", id: activityId };
    const context = this.#context({ category }, extensions);
    return this.#statement(id, verb, { object, result, context }, timestamp);
  }

  #statement(id, verb, parts, timestamp = new Date().toISOString()) {
    const { actor } = this.#session.launch;
    const named = { id: VERBS + verb, display: { "en-US": verb } };
    return { id, actor, verb: named, ...parts, timestamp };
  }

  /** What the LMS wants in every statement (cmi5, 10: contextTemplate), and what is our own. */
  #context(activities, extensions = {}) {
    const { contextTemplate: template } = this.#session.data;
    const theirs = Object.entries(template.contextActivities ?? {}).map(([name, list]) => [
      name,
      [list].flat().filter(({ id }) => id !== CMI5_CATEGORY.id && id !== MOVE_ON.id),
    ]);
    const all = Object.fromEntries(theirs.filter(([, list]) => list.length > 0));
    for (const [name, list] of Object.entries(activities)) {
      all[name] = [...(all[name] ?? []), ...list];
    }
    return {
      ...template,
      registration: this.#session.launch.registration,
      contextActivities: all,
      extensions: { ...extensions, ...template.extensions },
    };
  }
}

/** What a statement says, without what all of them begin with. */
export function verbOf(statement) {
  return statement.verb.id.slice(VERBS.length);
}
