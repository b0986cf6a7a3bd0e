import assert from "node:assert/strict";
import { describe, test } from "node:test";
import { isKept, isWelcome, kept, refusalIn, welcome } from "../../course_content/player/relay/messages.js";
import { pseudonym } from "../../course_content/player/relay/package.js";
import { LmsRecord } from "../../course_content/player/relay/record.js";
import { Failure } from "../../course_content/player/tracking/failure.js";
import { RelayedLms } from "../../course_content/player/tracking/relayed-lms.js";
import { FUNCTIONS_12, Lms } from "../../course_content/player/tracking/scorm/api.js";

/** A platform that says what it was told, in order, and refuses what a test wants refused. */
class Platform {
  said = [];
  refused = {};
  error = "0";

  constructor(values = {}) {
    this.values = { "cmi.core.student_id": "s-1", ...values };
  }

  LMSInitialize = () => "true";
  LMSGetValue = (name) => this.values[name] ?? "";
  LMSGetLastError = () => this.error;
  LMSGetErrorString = (number) => `error ${number}`;
  LMSGetDiagnostic = () => "";
  LMSCommit = () => this.#tell("Commit");
  LMSFinish = () => this.#tell("Finish");
  LMSSetValue = (name, value) => this.#tell(name, value);

  #tell(name, ...value) {
    const [, error = "0"] =
      Object.entries(this.refused).find(([start]) => name.startsWith(start)) ?? [];
    this.error = error;
    if (error !== "0") return "false";
    this.said.push([name, ...value].join("="));
    return "true";
  }
}

function opened(values, refused = {}) {
  const platform = new Platform(values);
  const record = new LmsRecord(new Lms(platform, FUNCTIONS_12));
  record.open();
  platform.refused = refused;
  return { platform, record };
}

const withoutTime = ({ said }) => said.filter((each) => !each.startsWith("cmi.core.session_time"));

describe("the end", () => {
  test("a record that was never begun is not ended, or it would be completed", () => {
    for (const status of ["", "not attempted"]) {
      const { platform, record } = opened({ "cmi.core.lesson_status": status });
      record.close();
      assert.deepEqual(platform.said, []);
      const other = opened({ "cmi.core.lesson_status": status });
      other.record.leave();
      assert.deepEqual(other.platform.said, []);
    }
  });

  test("a course that was never there leaves the record as it was", () => {
    const { platform, record } = opened({
      "cmi.core.lesson_status": "incomplete",
      "cmi.core.entry": "resume",
    });
    record.leave();
    record.leave();
    assert.deepEqual(platform.said, ["cmi.core.exit=suspend", "Finish"]);
    const done = opened({ "cmi.core.lesson_status": "passed" });
    done.record.leave();
    assert.deepEqual(done.platform.said, ["Finish"]);
  });

  test("what the platform did not take is told once more, then the time, then the end", () => {
    const { platform, record } = opened({}, { "cmi.core": "101" });
    record.hear("cmi.core.lesson_status", "incomplete");
    assert.equal(record.keep().isKept, false);
    platform.refused = {};
    platform.said.length = 0;
    record.close();
    assert.match(platform.said.join(), /^cmi.core.lesson_status=incomplete,cmi.core.session_time/);
    assert.equal(platform.said.at(-1), "Finish");
    assert.equal(record.keep().isKept, false);
  });

  test("a platform that breaks at the end breaks nothing", () => {
    const { platform, record } = opened({ "cmi.core.lesson_status": "incomplete" });
    platform.LMSFinish = () => {
      throw new Error("gone");
    };
    record.close();
  });
});

describe("what a course may say", () => {
  test("nothing that no course of ours says", () => {
    const { platform, record } = opened();
    for (const [name, text] of [
      ["cmi.core.student_name", "x"],
      ["cmi.core.lesson_status", "not attempted"],
      ["cmi.core.lesson_status", "toString"],
      ["toString", "x"],
      ["cmi.core.exit", "logout"],
      ["cmi.core.score.raw", "101"],
      ["cmi.core.score.raw", "1e1"],
      ["cmi.suspend_data", "x".repeat(4097)],
      ["cmi.core.lesson_location", "x".repeat(256)],
      ["cmi.interactions.0.id.x", "x"],
      ["cmi.interactions.99999.id", "x"],
    ]) {
      record.hear(name, text);
    }
    assert.deepEqual(platform.said, []);
  });

  test("nothing in review", () => {
    const { platform, record } = opened({ "cmi.core.lesson_mode": "review" });
    record.hear("cmi.core.lesson_status", "passed");
    assert.equal(record.keep().isKept, true);
    record.close();
    assert.deepEqual(platform.said, ["Commit", "Finish"]);
  });

  test("a course that begins anew is told what it said before, and its learner's other name", () => {
    const { record } = opened({ "cmi.interactions._count": "2" });
    record.hear("cmi.interactions.4.id", "q");
    record.hear("cmi.core.lesson_location", "one/page");
    const values = record.valuesFor("pseudonym");
    assert.equal(values["cmi.interactions._count"], "5");
    assert.equal(values["cmi.core.lesson_location"], "one/page");
    assert.equal(values["cmi.core.student_id"], "pseudonym");
    assert.ok(!Object.values(values).includes("s-1"));
  });
});

describe("objectives", () => {
  test("those that the platform has are told to the course, which may add to them", () => {
    const { platform, record } = opened({
      "cmi.objectives._count": "1",
      "cmi.objectives.0.id": "c1",
      "cmi.objectives.0.status": "failed",
      "cmi.objectives.0.score.raw": "40",
    });
    record.hear("cmi.objectives.0.status", "passed");
    record.hear("cmi.objectives.1.id", "c2");
    record.hear("cmi.objectives.1.status", "logout");
    record.hear("cmi.objectives.1.student", "x");
    record.hear("cmi.interactions.0.objectives.0.id", "c1");
    const values = record.valuesFor("pseudonym");
    assert.equal(values["cmi.objectives._count"], "2");
    assert.equal(values["cmi.objectives.0.score.raw"], "40");
    assert.equal(values["cmi.objectives.0.status"], "passed");
    assert.deepEqual(platform.said, [
      "cmi.objectives.0.status=passed",
      "cmi.objectives.1.id=c2",
      "cmi.interactions.0.objectives.0.id=c1",
    ]);
  });

  test("a platform that keeps none gets the answers all the same", () => {
    const { platform, record } = opened({}, { "cmi.objectives": "401" });
    record.hear("cmi.objectives.0.id", "c1");
    record.hear("cmi.objectives.0.status", "passed");
    record.hear("cmi.interactions.0.id", "q");
    assert.deepEqual(record.keep(), { isKept: true, failure: undefined });
    assert.deepEqual(withoutTime(platform), ["cmi.interactions.0.id=q", "Commit"]);
  });
});

test("a platform that does not say between what a score lies keeps everything else", () => {
  const { platform, record } = opened({}, { "cmi.core.score.m": "401", "cmi.objectives.0.score.m": "401" });
  for (const prefix of ["cmi.core", "cmi.objectives.0"]) {
    record.hear(`${prefix}.score.min`, "0");
    record.hear(`${prefix}.score.max`, "100");
    record.hear(`${prefix}.score.raw`, "90");
  }
  assert.deepEqual(record.keep(), { isKept: true, failure: undefined });
  assert.deepEqual(withoutTime(platform), [
    "cmi.core.score.raw=90",
    "cmi.objectives.0.score.raw=90",
    "Commit",
  ]);
});

describe("answers", () => {
  const tellAnswer = (record) => {
    record.hear("cmi.interactions.0.id", "q");
    record.hear("cmi.interactions.0.result", "correct");
    record.hear("cmi.core.lesson_status", "incomplete");
  };

  test("a platform that keeps none gets everything else", () => {
    const { platform, record } = opened({}, { "cmi.interactions": "401" });
    tellAnswer(record);
    assert.deepEqual(record.keep(), { isKept: true, failure: undefined });
    platform.refused = {};
    record.hear("cmi.interactions.1.id", "q");
    assert.deepEqual(withoutTime(platform), ["cmi.core.lesson_status=incomplete", "Commit"]);
  });

  test("one that it refuses is given up, and said once", () => {
    const { platform, record } = opened({}, { "cmi.interactions.0.result": "405" });
    tellAnswer(record);
    const { isKept: isDone, failure } = record.keep();
    assert.equal(isDone, true);
    assert.equal(failure.reference, "SCORM 405");
    assert.equal(record.keep().failure, undefined);
    assert.ok(platform.said.includes("cmi.interactions.0.id=q"));
  });
});

test("the pseudonym is another under another licence, and never the learner's number", async () => {
  const { subtle } = globalThis.crypto;
  const one = await pseudonym(subtle, "licence", "s-1");
  assert.match(one, /^[0-9a-f]{64}$/);
  assert.equal(await pseudonym(subtle, "licence", "s-1"), one);
  assert.notEqual(await pseudonym(subtle, "other", "s-1"), one);
  // RFC 4231, 4.3.
  assert.equal(
    await pseudonym(subtle, "Jefe", "what do ya want for nothing?"),
    "5bdcc146bf60754e6a042426089575c75a003f089d2739839dec58b964ec3843",
  );
});

describe("messages", () => {
  test("what has another shape is not heard", () => {
    for (const data of [null, 1, "welcome", {}, { arrimage: "dispatch", type: "welcome" }]) {
      assert.ok(!isWelcome(data));
      assert.equal(refusalIn(data), null);
      assert.ok(!isKept(data));
    }
    assert.ok(isWelcome(welcome({ "cmi.suspend_data": "" })));
    assert.ok(!isWelcome(welcome({ "cmi.suspend_data": 1 })));
    const words = { title: "t", cause: "c", remedy: "r", mender: "m", reference: "ABCD" };
    const refused = { arrimage: "dispatch", type: "refused", ...words };
    assert.deepEqual(refusalIn(refused), words);
    assert.equal(refusalIn({ ...refused, cause: "x".repeat(601) }), null);
    assert.equal(refusalIn({ ...refused, cause: { toString: () => "x" } }), null);
  });

  test("the course knows what is kept from what is not", async () => {
    const sent = [];
    const port = { postMessage: (data) => sent.push(data) };
    const lms = new RelayedLms(port, { "cmi.suspend_data": "kept" });
    assert.equal(lms.get("cmi.suspend_data"), "kept");
    assert.equal(lms.get("cmi.core.entry"), "");
    lms.set("cmi.core.session_time", "00:00:01.00");
    assert.deepEqual(sent, []);
    const [first, second, third] = [lms.commit(), lms.commit(), lms.commit()];
    port.onmessage({ data: kept(2, false, new Failure("lms-save", { reference: "SCORM 101" })) });
    port.onmessage({ data: kept(1, true) });
    port.onmessage({ data: kept(9, true) });
    port.onmessage({ data: kept(3, false) });
    assert.equal(await first, undefined);
    await assert.rejects(second, { code: "lms-save", reference: "SCORM 101", retryable: false });
    await assert.rejects(third, { code: "lms-save", retryable: true });
  });
});
