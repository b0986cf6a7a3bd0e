import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { describe, test } from "node:test";
import {
  InvalidWork,
  LONGEST_TEXT,
  MOST_RECORDS,
  Workpiece,
  changed,
  checkedChanges,
  inverse,
  readable,
  together,
} from "../../course_content/player/works.js";

const CASES = JSON.parse(readFileSync(new URL("../vectors/works.json", import.meta.url), "utf8"));

describe("the browser changes a work as the server does", () => {
  for (const given of CASES) {
    test(given.name, () => {
      if (given.error) {
        assert.throws(() => checkedChanges(given.changes), InvalidWork);
      } else {
        assert.deepEqual(changed(given.work, checkedChanges(given.changes)), given.after);
      }
    });
  }

  test("a text is counted in code points", () => {
    checkedChanges({ a: { label: "😀".repeat(LONGEST_TEXT) } });
    assert.throws(() => checkedChanges({ a: { label: "é".repeat(LONGEST_TEXT + 1) } }), InvalidWork);
  });

  test("a lone surrogate is no text", () => {
    assert.throws(() => checkedChanges({ a: { label: "\ud800" } }), InvalidWork);
  });

  test("there are not too many records", () => {
    const many = Object.fromEntries(
      Array.from({ length: MOST_RECORDS + 1 }, (_, i) => [`r${i}`, { x: 1 }]),
    );
    assert.throws(() => checkedChanges(many), InvalidWork);
  });
});

describe("changes can be taken back and put together", () => {
  for (const given of CASES.filter(({ error }) => !error)) {
    test(`taken back: ${given.name}`, () => {
      const back = inverse(given.work, given.changes);
      assert.deepEqual(changed(given.after, back), given.work);
    });
  }

  test("two changes are one, and the later one wins", () => {
    const both = together({ a: { x: 1, y: 1 } }, { a: { y: 2 }, b: { z: 3 } });
    assert.deepEqual(both, { a: { x: 1, y: 2 }, b: { z: 3 } });
  });
});

test("halves of characters are written so that everything that keeps them can read them", () => {
  assert.deepEqual(readable(["a\ud83d", "\0b", "\u{1f600}"]), ["a\ufffd", "\ufffdb", "\u{1f600}"]);
  assert.equal(readable(true), true);
});

describe("a work on the screen", () => {
  function begun() {
    const sent = [];
    const piece = new Workpiece({}, (changes) => sent.push(changes));
    return { piece, sent };
  }

  test("what is added is there, in the order in which it was made", () => {
    const { piece } = begun();
    piece.add("actor", { label: "Mairie" });
    piece.add("actor", { label: "Association" });
    piece.add("link", { kind: "finance" });
    assert.deepEqual(
      piece.all("actor").map(({ label }) => label),
      ["Mairie", "Association"],
    );
  });

  test("what is removed is gone, and comes back by undoing", () => {
    const { piece } = begun();
    const id = piece.add("actor", { label: "Mairie" });
    piece.change({ [id]: { removed: true } });
    assert.equal(piece.get(id), undefined);
    piece.undo();
    assert.equal(piece.get(id).label, "Mairie");
  });

  test("what was undone can be done again, until something else is done", () => {
    const { piece } = begun();
    const id = piece.add("actor", { label: "Mairie" });
    piece.change({ [id]: { label: "Commune" } });
    piece.undo();
    assert.equal(piece.get(id).label, "Mairie");
    piece.redo();
    assert.equal(piece.get(id).label, "Commune");
    piece.undo();
    piece.change({ [id]: { note: "n" } });
    assert.equal(piece.canRedo, false);
  });

  test("undoing and doing again are changes to be kept too", () => {
    const { piece, sent } = begun();
    const id = piece.add("actor", { label: "Mairie" });
    piece.change({ [id]: { label: "Commune" } });
    piece.undo();
    assert.deepEqual(sent.at(-1), { [id]: { label: "Mairie" } });
    piece.redo();
    assert.deepEqual(sent.at(-1), { [id]: { label: "Commune" } });
  });

  test("what others did replaces what is shown, and can still be undone around", () => {
    const { piece } = begun();
    const id = piece.add("actor", { label: "Mairie" });
    piece.change({ [id]: { label: "Commune" } });
    piece.replace({ ...piece.records, other: { type: "actor", label: "Collège" } });
    piece.undo();
    assert.equal(piece.get(id).label, "Mairie");
    assert.equal(piece.get("other").label, "Collège");
  });

  test("undoing leaves what somebody else wrote since", () => {
    const { piece } = begun();
    const id = piece.add("actor", { label: "Mairie" });
    piece.change({ [id]: { label: "Commune", note: "élue" } });
    piece.replace(changed(piece.records, { [id]: { label: "Collège" } }));
    piece.undo();
    assert.equal(piece.get(id).label, "Collège");
    assert.equal(piece.get(id).note, undefined);
    piece.redo();
    assert.equal(piece.get(id).label, "Collège");
    assert.equal(piece.get(id).note, "élue");
  });

  test("there is nothing to undo where others wrote over all of it", () => {
    const { piece, sent } = begun();
    const id = piece.add("actor", { label: "Mairie" });
    piece.change({ [id]: { label: "Commune" } });
    piece.replace({ [id]: { ...piece.records[id], type: "gap", label: "Collège", order: 9 } });
    assert.equal(piece.canUndo, false);
    piece.undo();
    assert.equal(sent.length, 2);
  });

  test("what one added and others wrote in is removed, and keeps their words", () => {
    const { piece, sent } = begun();
    const id = piece.add("actor", { label: "Mairie" });
    piece.replace(changed(piece.records, { [id]: { note: "élue" } }));
    piece.undo();
    assert.deepEqual(sent.at(-1), { [id]: { removed: true } });
    assert.equal(piece.get(id), undefined);
    piece.redo();
    assert.equal(piece.get(id).note, "élue");
  });

  test("what is written to a record that somebody removed brings it back", () => {
    const { piece, sent } = begun();
    const id = piece.add("actor", { label: "Mairie" });
    piece.replace(changed(piece.records, { [id]: { removed: true } }));
    piece.change({ [id]: { note: "élue" } });
    assert.deepEqual(sent.at(-1), { [id]: { removed: null, note: "élue" } });
    assert.equal(piece.get(id).note, "élue");
  });

  test("whoever shows it is told of every change", () => {
    const { piece } = begun();
    let told = 0;
    piece.changed.subscribe(() => {
      told += 1;
    });
    piece.add("actor", { label: "Mairie" });
    piece.undo();
    assert.equal(told, 3);
  });
});
