import assert from "node:assert/strict";
import { describe, test } from "node:test";
import {
  allWorksFile,
  readWorkFile,
  workFile,
} from "../../course_content/player/components/workshops/file.js";
import { placesOf } from "../../course_content/player/components/workshops/map-drawing.js";
import {
  CEILINGS,
  LEVELS,
  misfits,
} from "../../course_content/player/components/workshops/plan-checks.js";
import {
  SALIENCE_CLASSES,
  conduct,
  exposure,
  isForgotten,
  salience,
} from "../../course_content/player/components/workshops/salience.js";
import { wrapped } from "../../course_content/player/components/workshops/svg.js";

describe("the classes of salience", () => {
  const CASES = [
    [[true, false, false], "dormant"],
    [[false, true, false], "discretionary"],
    [[false, false, true], "demanding"],
    [[true, true, false], "dominant"],
    [[true, false, true], "dangerous"],
    [[false, true, true], "dependent"],
    [[true, true, true], "definitive"],
    [[false, false, false], null],
  ];
  for (const [[hasPower, hasLegitimacy, hasUrgency], expected] of CASES) {
    test(`power ${hasPower}, legitimacy ${hasLegitimacy}, urgency ${hasUrgency}`, () => {
      assert.equal(salience({ hasPower, hasLegitimacy, hasUrgency }), expected);
    });
  }

  test("there are seven", () => assert.equal(SALIENCE_CLASSES.length, 7));
  test("what is not said is not granted", () => assert.equal(salience({}), null));
});

describe("the cells of the grid", () => {
  test("are four ways to treat somebody", () => {
    assert.equal(conduct({ power: 5, interest: 5 }), "key");
    assert.equal(conduct({ power: 4, interest: 3 }), "satisfy");
    assert.equal(conduct({ power: 3, interest: 4 }), "inform");
    assert.equal(conduct({ power: 1, interest: 1 }), "least");
  });

  test("are four ways to be exposed, read from the other side", () => {
    assert.equal(exposure({ power: 5, effect: 1 }), "decides");
    assert.equal(exposure({ power: 5, effect: 5 }), "decidesAndBears");
    assert.equal(exposure({ power: 1, effect: 1 }), "neither");
    assert.equal(exposure({ power: 1, effect: 5 }), "bears");
  });

  test("say nothing of somebody who is not rated yet", () => {
    assert.equal(conduct({ power: 5 }), null);
    assert.equal(exposure({ effect: 5 }), null);
  });

  test("warn of whom the project strongly affects and the grid neglects", () => {
    assert.equal(isForgotten({ power: 1, interest: 1, effect: 5 }), true);
    assert.equal(isForgotten({ power: 1, interest: 1, effect: 2 }), false);
    assert.equal(isForgotten({ power: 1, interest: 5, effect: 5 }), false);
  });
});

describe("a method and its promise", () => {
  test("every method keeps a level of the spectrum", () => {
    for (const ceiling of Object.values(CEILINGS)) assert.ok(LEVELS.includes(ceiling));
  });

  test("a method cannot keep more than its ceiling", () => {
    assert.deepEqual(misfits({ level: "collaborate", method: "visits" }), ["ceiling"]);
    assert.deepEqual(misfits({ level: "involve", method: "visits" }), []);
  });

  test("a method may be too heavy for what is promised", () => {
    assert.deepEqual(misfits({ level: "inform", method: "workshop" }), ["heavy"]);
    assert.deepEqual(misfits({ level: "consult", method: "workshop" }), []);
  });

  test("the last meeting comes before the decision, with time to take it in", () => {
    const decision = "2027-04-02";
    assert.deepEqual(misfits({ lastMeeting: "2027-04-23", decision }), ["late"]);
    assert.deepEqual(misfits({ lastMeeting: decision, decision }), ["late"]);
    assert.deepEqual(misfits({ lastMeeting: "2027-03-30", decision }), ["tight"]);
    assert.deepEqual(misfits({ lastMeeting: "2027-03-24", decision }), []);
  });

  test("what is not written yet is no fault", () => {
    assert.deepEqual(misfits({}), []);
    assert.deepEqual(misfits({ level: "empower", decision: "2027-04-02" }), []);
  });
});

describe("places on the map", () => {
  const actors = (...places) => places.map((place, i) => ({ id: `a${i}`, ...place }));

  test("are kept where somebody was put", () => {
    assert.deepEqual(placesOf(actors({ x: 0.2, y: 0.3 })).get("a0"), { x: 0.2, y: 0.3 });
  });

  test("are inside the drawing, whatever a file says", () => {
    const places = placesOf(actors({ x: -4, y: 99 }, { x: "0.5", y: NaN }));
    for (const { x, y } of places.values()) {
      assert.ok(x > 0 && x < 1 && y > 0 && y < 1, `${x} ${y}`);
    }
  });

  test("are apart for those whom nobody moved", () => {
    const places = [...placesOf(actors(...Array.from({ length: 12 }, () => ({})))).values()];
    assert.equal(new Set(places.map(({ x, y }) => `${x.toFixed(3)} ${y.toFixed(3)}`)).size, 12);
  });
});

describe("words in a drawing", () => {
  test("are wrapped between words", () => {
    assert.deepEqual(wrapped("Association de quartier", 14), ["Association de", "quartier"]);
  });

  test("that are too long for a line are cut", () => {
    assert.deepEqual(wrapped("Intercommunalité", 8), ["Interco…"]);
  });
});

describe("a work as a file", () => {
  const course = { slug: "cours" };
  const workshop = { id: "carte", tool: "map", title: "Carte" };
  const records = { a: { type: "actor", label: "Mairie" } };

  test("comes back as it was", () => {
    const { name, text } = workFile(course, workshop, records);
    assert.equal(name, "cours-carte.json");
    assert.deepEqual(readWorkFile(text, workshop), records);
  });

  test("of all works gives each workshop its own", () => {
    const answers = { "quiz/one": "b" };
    const { name, text } = allWorksFile(course, { carte: records, grille: {} }, answers);
    assert.equal(name, "cours.json");
    assert.deepEqual(readWorkFile(text, workshop), records);
    assert.equal(readWorkFile(text, { id: "grille", tool: "grid" }), null);
    assert.deepEqual(JSON.parse(text).answers, answers);
  });

  test("of another tool is not taken up", () => {
    const { text } = workFile(course, workshop, records);
    assert.equal(readWorkFile(text, { ...workshop, tool: "grid" }), null);
  });

  for (const text of ["", "3", "null", "[]", "{}", '{"format":"arrimage-work"}', "é"]) {
    test(`that is none is not taken up: ${text}`, () => {
      assert.equal(readWorkFile(text, workshop), null);
    });
  }

  test("whose records are damaged is not taken up", () => {
    const { text } = workFile(course, workshop, { A: 3 });
    assert.equal(readWorkFile(text, workshop), null);
  });
});
