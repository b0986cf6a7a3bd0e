import assert from "node:assert/strict";
import { describe, test } from "node:test";
import { Course } from "../../course_content/player/course.js";
import { Learner } from "../../course_content/player/learner.js";
import { openTracking } from "./deliveries.js";
import { RIGHT, activity, bootOf } from "./samples.js";

const page = (id, title = id) => ({
  id,
  title,
  minutes: 0,
  outcomes: [],
  steps: [{ id, title, kind: "page", graded: false }],
});

/** A course with a home page, a glossary and a workshop after its two units. */
function boot() {
  const whole = bootOf("local");
  const [part] = whole.course.parts;
  const workshop = { id: "map", title: "Map", kind: "workshop", graded: false };
  part.units.push({ ...page("bench"), minutes: 20, steps: [...page("bench").steps, workshop] });
  whole.course.parts.unshift({ id: "accueil", title: "", summary: "", units: [page("syllabus")] });
  whole.course.appendices = [page("glossaire"), page("bibliographie")];
  return whole;
}

async function arrive({ scope = [], handed } = {}) {
  const course = new Course(boot().course, scope);
  const tracking = openTracking(boot(), new EventTarget());
  const learner = new Learner(course, tracking, { state: null, attempts: {}, handed });
  return { course, learner, unit: (id) => course.units.find((unit) => unit.id === id) };
}

describe("what one looks up", () => {
  test("is on no way, and counts for nothing", async () => {
    const { course, learner } = await arrive();
    const glossary = course.step("glossaire/glossaire");
    assert.equal(glossary.unit.isAppendix, true);
    assert.equal(course.steps.includes(glossary), false);
    assert.deepEqual([course.next(glossary), course.previous(glossary)], [undefined, undefined]);
    learner.visit(course.step("one/page"));
    learner.visit(glossary);
    assert.equal(learner.state.position, "one/page");
    assert.deepEqual(learner.state.visited, ["one/page"]);
  });

  test("has an address for each word, and for no other page", async () => {
    const { course } = await arrive();
    assert.equal(course.step("glossaire/saillance").path, "glossaire/glossaire");
    assert.equal(course.step("bibliographie/freeman1984"), undefined);
    assert.equal(course.step(null), undefined);
  });

  test("is there where the link covers it, and nowhere else", async () => {
    const { course } = await arrive({ scope: ["one", "glossaire"] });
    assert.deepEqual(
      course.appendices.map(({ id }) => id),
      ["glossaire"],
    );
    const { course: alone } = await arrive({ scope: ["one/quiz-one"] });
    assert.deepEqual(alone.appendices, []);
    assert.equal(alone.step("glossaire/saillance"), undefined);
  });
});

describe("the home page", () => {
  test("is read again without moving the place where one stopped", async () => {
    const { course, learner } = await arrive();
    learner.visit(course.home);
    assert.equal(learner.state.position, "syllabus/syllabus");
    assert.equal(learner.isDone(course.home), true);
    learner.visit(course.step("two/page"));
    learner.visit(course.home);
    assert.equal(learner.state.position, "two/page");
  });

  test("is not there where a link covers units only", async () => {
    const { course } = await arrive({ scope: ["one"] });
    assert.equal(course.home, undefined);
  });
});

describe("how far one has come in a unit", () => {
  test("goes from its first page to its last answer", async () => {
    const { course, learner, unit } = await arrive();
    const whole = { done: 0, total: 2, minutes: 10, score: null };
    assert.deepEqual(learner.standing([unit("one")]), { state: "new", ...whole });
    learner.visit(course.step("one/page"));
    const half = { done: 1, total: 2, minutes: 5, score: null };
    assert.deepEqual(learner.standing([unit("one")]), { state: "begun", ...half });
    for (const [question, response] of Object.entries(RIGHT)) {
      await learner.answer(activity("quiz-one"), question, response);
    }
    const all = { done: 2, total: 2, minutes: 0, score: 1 };
    assert.deepEqual(learner.standing([unit("one")]), { state: "done", ...all });
  });

  test("adds up over several of them", async () => {
    const { course, learner, unit } = await arrive();
    learner.visit(course.step("one/page"));
    const both = { state: "begun", done: 1, total: 4, minutes: 15, score: null };
    assert.deepEqual(learner.standing([unit("one"), unit("two")]), both);
  });

  test("is in a workshop what was made, and what became of it", async () => {
    const { course, learner } = await arrive();
    const workshop = course.step("bench/map");
    assert.equal(learner.stateOf(workshop), "new");
    learner.visit(workshop);
    assert.equal(learner.stateOf(workshop), "begun");
    learner.finishWork("map");
    assert.equal(learner.stateOf(workshop), "done");
    learner.noteHandIn("map", "handed_in");
    assert.equal(learner.stateOf(workshop), "handed_in");
  });

  test("is known of works that were handed in before", async () => {
    const { course, learner } = await arrive({ handed: { map: "accepted" } });
    assert.equal(learner.stateOf(course.step("bench/map")), "accepted");
  });
});
