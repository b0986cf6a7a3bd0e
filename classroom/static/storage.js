// Keeps small things for the tool in our frame, for as long as this page is there: what a
// cookie would keep if the browser let it (LTI postMessage storage 0.1).
"use strict";

(() => {
  const TOOL = document.currentScript.dataset.tool;
  const SUBJECTS = ["lti.capabilities", "lti.put_data", "lti.get_data"];
  const MOST_KEYS = 20;
  const LONGEST_KEY = 200;
  const LONGEST_VALUE = 2000;
  const kept = new Map();

  const isText = (what, longest) => typeof what === "string" && what.length <= longest;
  const failure = (code, message) => ({ error: { code, message } });

  function put({ key, value }) {
    if (!isText(key, LONGEST_KEY)) return failure("bad_request", "key is missing or too long");
    if (value === null || value === undefined) {
      kept.delete(key);
      return { key, value: null };
    }
    if (typeof value !== "string") return failure("bad_request", "value is not a text");
    if (value.length > LONGEST_VALUE || (!kept.has(key) && kept.size >= MOST_KEYS)) {
      return failure("storage_exhaustion", "there is no room for this");
    }
    kept.set(key, value);
    return { key, value };
  }

  function get({ key }) {
    if (!isText(key, LONGEST_KEY)) return failure("bad_request", "key is missing or too long");
    return { key, value: kept.has(key) ? kept.get(key) : null };
  }

  function answer(message) {
    if (message.subject === "lti.put_data") return put(message);
    if (message.subject === "lti.get_data") return get(message);
    if (message.subject === "lti.capabilities") {
      return { supported_messages: SUBJECTS.map((subject) => ({ subject })) };
    }
    return failure("unsupported_subject", "this platform does not know this message");
  }

  window.addEventListener("message", (event) => {
    const message = event.data;
    const ours = event.origin === TOOL && typeof message === "object" && message !== null;
    if (!ours || typeof message.subject !== "string" || typeof message.message_id !== "string") {
      return;
    }
    const { subject, message_id } = message;
    const reply = { subject: `${subject}.response`, message_id, ...answer(message) };
    event.source.postMessage(reply, event.origin);
  });
})();
