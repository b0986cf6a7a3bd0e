/** What one learner has done of a course: where they are, what they saw, answered and drafted. */
import { Signal } from "./signal.js";
import { newAttempt } from "./tracking/attempts.js";
import { readable } from "./works.js";

const EMPTY = { position: null, visited: [], made: [], drafts: {} };

/** A state with nothing in it but what this course knows: it may be of an earlier version. */
function known(course, state) {
  const { position, visited, made, drafts } = { ...EMPTY, ...state };
  const texts = (list) =>
    (Array.isArray(list) ? list : []).filter((text) => typeof text === "string");
  return {
    position: course.step(position) ? position : null,
    visited: texts(visited),
    made: texts(made),
    drafts: typeof drafts === "object" && drafts !== null ? drafts : {},
  };
}

export class Learner {
  #course;
  #tracking;
  #visited;

  /**
   * @param {import("./course.js").Course} course
   * @param {import("./tracking.js").Tracking} tracking
   * @param {import("./tracking.js").Snapshot} snapshot
   */
  constructor(course, tracking, snapshot) {
    this.#course = course;
    this.#tracking = tracking;
    this.state = known(course, snapshot.state);
    this.#visited = new Set(this.state.visited);
    this.attempts = { ...snapshot.attempts };
    /** What became of the works that were handed in, by workshop. */
    this.handed = { ...snapshot.handed };
    /** Changes whenever a step was seen or an activity advanced. */
    this.changed = new Signal(null);
    tracking.merged.subscribe((other) => other && this.#takeUp(other));
  }

  /** An appendix leaves no trace; looking at the home page again does not move one's place. */
  visit(step) {
    if (step.unit.isAppendix) return;
    const isNew = !this.#visited.has(step.path);
    this.#visited.add(step.path);
    const isBack = step === this.#course.home && this.state.position !== null;
    const position = isBack ? this.state.position : step.path;
    this.state = { ...this.state, position, visited: [...this.#visited] };
    this.#tracking.save(this.state);
    if (isNew) this.#advanced();
  }

  draft(activityId, questionId) {
    return this.state.drafts[`${activityId}/${questionId}`];
  }

  /** Keep an answer that is not validated yet; `undefined` forgets it. */
  keepDraft(activityId, questionId, response) {
    const drafts = { ...this.state.drafts };
    if (response === undefined) {
      delete drafts[`${activityId}/${questionId}`];
    } else {
      drafts[`${activityId}/${questionId}`] = readable(response);
    }
    this.state = { ...this.state, drafts };
    this.#tracking.save(this.state);
  }

  /** Say that a workshop's work is complete. It stays so: what was done was done. */
  finishWork(workshopId) {
    if (this.state.made.includes(workshopId)) return;
    this.state = { ...this.state, made: [...this.state.made, workshopId] };
    this.#tracking.save(this.state);
    this.#advanced();
  }

  /** @param {string} state "handed_in", "returned" or "accepted" */
  noteHandIn(workshopId, state) {
    this.handed = { ...this.handed, [workshopId]: state };
  }

  /** Every answer of the latest attempts and every draft, by "activity/question". */
  get responses() {
    const answers = Object.entries(this.attempts).flatMap(([activity, attempt]) =>
      Object.entries(attempt.answers).map(([id, { response }]) => [`${activity}/${id}`, response]),
    );
    return { ...Object.fromEntries(answers), ...this.state.drafts };
  }

  attempt(activity) {
    return this.attempts[activity.id] ?? newAttempt(activity);
  }

  /** Have an answer marked; rejects with a Failure or InvalidResponse when it could not be. */
  async answer(activity, questionId, response, seconds) {
    const { marker } = this.#tracking;
    const answer = readable(response);
    const { verdict, attempt } = await marker.answer(activity, questionId, answer, seconds);
    this.attempts = { ...this.attempts, [activity.id]: attempt };
    this.keepDraft(activity.id, questionId, undefined);
    this.#advanced();
    return verdict;
  }

  async restart(activity) {
    const attempt = await this.#tracking.marker.restart(activity);
    this.attempts = { ...this.attempts, [activity.id]: attempt };
    this.changed.set(null);
    return attempt;
  }

  isDone(step) {
    if (step.kind === "quiz") return this.#best(step) !== null;
    if (step.kind === "workshop") return this.state.made.includes(step.id);
    return this.#visited.has(step.path);
  }

  isBegun(step) {
    return this.#visited.has(step.path) || step.id in this.attempts;
  }

  /**
   * How far one has come in a unit, or in several.
   * @param {import("./course.js").Unit[]} units
   * @returns {{state: "new"|"begun"|"done", done: number, total: number, minutes: number,
   *   score: number|null}} `minutes` are those left, `score` the mean of the graded quizzes done
   */
  standing(units) {
    const steps = units.flatMap((unit) => unit.steps);
    const done = steps.filter((step) => this.isDone(step)).length;
    const best = steps
      .filter(({ kind, graded }) => kind === "quiz" && graded)
      .map((step) => this.#best(step))
      .filter((score) => score !== null);
    const isBegun = steps.some((step) => this.isBegun(step));
    return {
      state: done === steps.length ? "done" : isBegun ? "begun" : "new",
      done,
      total: steps.length,
      minutes: units.reduce((sum, unit) => sum + this.#minutesLeft(unit), 0),
      score: best.length > 0 ? best.reduce((sum, score) => sum + score) / best.length : null,
    };
  }

  /** @returns {"new"|"begun"|"done"|"handed_in"|"returned"|"accepted"} */
  stateOf(step) {
    if (this.handed[step.id]) return this.handed[step.id];
    if (this.isDone(step)) return "done";
    return this.isBegun(step) ? "begun" : "new";
  }

  /** Each step of a unit is taken to last as long as the others. */
  #minutesLeft({ minutes, steps }) {
    return (minutes * steps.filter((step) => !this.isDone(step)).length) / steps.length;
  }

  /** @returns {import("./tracking.js").Progress} */
  progress() {
    const done = this.#course.steps.filter((step) => this.isDone(step));
    const graded = this.#course.gradedSteps;
    const best = graded.map((step) => this.#best(step));
    const total = best.reduce((sum, score) => sum + (score ?? 0), 0);
    return {
      finished: done.length === this.#course.steps.length,
      seen: this.#course.steps.every((step) => step.kind !== "page" || this.isDone(step)),
      share: done.length / this.#course.steps.length,
      graded: {
        done: best.filter((score) => score !== null).length,
        total: graded.length,
        score: graded.length > 0 ? total / graded.length : null,
        canRetry: graded.some((step) => this.attempts[step.id]?.attemptsLeft !== 0),
      },
    };
  }

  /** What another window of the same learner did; this one's drafts and place stay. */
  #takeUp(other) {
    const { visited, made, drafts } = known(this.#course, other);
    for (const path of visited) this.#visited.add(path);
    this.state = {
      ...this.state,
      visited: [...this.#visited],
      made: [...new Set([...made, ...this.state.made])],
      drafts: { ...drafts, ...this.state.drafts },
    };
    this.changed.set(null);
  }

  #best(step) {
    return this.attempts[step.id]?.best ?? null;
  }

  #advanced() {
    this.changed.set(null);
    this.#tracking.complete(this.progress());
  }
}
