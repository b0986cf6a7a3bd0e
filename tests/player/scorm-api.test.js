import assert from "node:assert/strict";
import { describe, test } from "node:test";
import { FUNCTIONS_12, Lms, findApi } from "../../course_content/player/tracking/scorm/api.js";

const API = { LMSInitialize: () => "true" };

/** A window as its own parent, which is what the topmost one is. */
function topWindow(properties = {}) {
  const window = { opener: null, ...properties };
  window.parent ??= window;
  return window;
}

/** A window of another origin: whatever one reads of it throws, its place in the tree apart. */
function hostile(properties = {}) {
  const allowed = topWindow(properties);
  return new Proxy(allowed, {
    get(target, name) {
      if (name === "parent" || name === "opener") return target[name];
      throw new Error("SecurityError: Blocked a frame from accessing a cross-origin frame.");
    },
  });
}

describe("the API of the platform is found", () => {
  test("in the window itself", () => {
    assert.equal(findApi(topWindow({ API }), "API", FUNCTIONS_12), API);
  });

  test("three parents up", () => {
    const top = topWindow({ API });
    const window = topWindow({ parent: topWindow({ parent: topWindow({ parent: top }) }) });
    assert.equal(findApi(window, "API", FUNCTIONS_12), API);
  });

  test("in the window that opened this one", () => {
    assert.equal(findApi(topWindow({ opener: topWindow({ API }) }), "API", FUNCTIONS_12), API);
  });

  test("in a parent of the opener of a parent", () => {
    const opener = topWindow({ parent: topWindow({ API }) });
    const window = topWindow({ parent: topWindow({ opener }) });
    assert.equal(findApi(window, "API", FUNCTIONS_12), API);
  });

  test("beyond a parent of another origin", () => {
    const window = topWindow({ parent: hostile({ parent: topWindow({ API }) }) });
    assert.equal(findApi(window, "API", FUNCTIONS_12), API);
  });

  test("in the opener, when the parent is of another origin", () => {
    const window = topWindow({ parent: hostile(), opener: topWindow({ API }) });
    assert.equal(findApi(window, "API", FUNCTIONS_12), API);
  });

  test("past something called API that is none", () => {
    const window = topWindow({ API: {}, parent: topWindow({ API }) });
    assert.equal(findApi(window, "API", FUNCTIONS_12), API);
  });
});

describe("where there is no API, none is found, and nothing breaks", () => {
  test("in a lone window", () => {
    assert.equal(findApi(topWindow(), "API", FUNCTIONS_12), null);
  });

  test("among windows that refuse everything", () => {
    const refusing = new Proxy(
      {},
      {
        get: () => {
          throw new Error("SecurityError");
        },
      },
    );
    assert.equal(findApi(topWindow({ parent: refusing, opener: refusing }), "API", FUNCTIONS_12), null);
  });

  test("in windows that open one another in a circle", () => {
    const one = topWindow();
    const other = topWindow({ opener: one });
    one.opener = other;
    assert.equal(findApi(one, "API", FUNCTIONS_12), null);
  });

  test("in a tower of windows without end", () => {
    const tower = () => new Proxy({}, { get: (_, name) => (name === "parent" ? tower() : null) });
    assert.equal(findApi(tower(), "API", FUNCTIONS_12), null);
  });
});

describe("what the platform answers is heard", () => {
  function lmsThat(replies) {
    const calls = [];
    const api = new Proxy(
      {},
      {
        get:
          (_, name) =>
          (...values) => {
            calls.push([name, ...values]);
            const reply = replies[name];
            return typeof reply === "function" ? reply(...values) : (reply ?? "");
          },
      },
    );
    return { lms: new Lms(api, FUNCTIONS_12), calls };
  }

  test("a refusal tells the element, the error and what the platform said of it", () => {
    const { lms } = lmsThat({
      LMSSetValue: "false",
      LMSGetLastError: "405",
      LMSGetErrorString: "Incorrect Data Type",
      LMSGetDiagnostic: "Not a timespan",
    });
    assert.throws(
      () => lms.set("cmi.core.session_time", "x"),
      (failure) => {
        assert.equal(failure.code, "lms-save");
        assert.equal(failure.retryable, false);
        assert.equal(failure.reference, "SCORM 405");
        assert.match(
          failure.detail,
          /cmi\.core\.session_time.*Incorrect Data Type.*Not a timespan/,
        );
        return true;
      },
    );
  });

  test("a platform that could not write just now is asked again", () => {
    const { lms } = lmsThat({ LMSCommit: "false", LMSGetLastError: "101" });
    assert.throws(() => lms.commit(), { retryable: true });
  });

  test("a platform that throws is asked again too", () => {
    const { lms } = lmsThat({
      LMSCommit: () => {
        throw new Error("NetworkError");
      },
    });
    assert.throws(() => lms.commit(), { retryable: true, detail: /NetworkError/ });
  });

  test("true may be a boolean, as some platforms have it", () => {
    const { lms } = lmsThat({ LMSCommit: true, LMSSetValue: true });
    lms.set("cmi.core.exit", "suspend");
    lms.commit();
  });

  test("an element that the platform does not have is no failure where it may be missing", () => {
    const { lms } = lmsThat({ LMSSetValue: "false", LMSGetLastError: "401" });
    assert.equal(lms.setOptional("cmi.interactions.0.id", "x"), false);
  });

  test("a session that is open already is gone on with", () => {
    const { lms } = lmsThat({ LMSInitialize: "false", LMSGetLastError: "0" });
    lms.initialize();
  });

  test("a session that does not open is a failure", () => {
    const { lms } = lmsThat({ LMSInitialize: "false", LMSGetLastError: "301" });
    assert.throws(() => lms.initialize(), { code: "lms-initialize" });
  });
});
