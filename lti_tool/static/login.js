// The two ends of a login in a platform's frame. At its beginning: goes on to the platform if
// the browser keeps our cookie here; else gives the login's secret to the platform's storage;
// else offers a new window. At its end, without the cookie: takes the secret back.
// docs/adr/0003-session-without-cookies.md says why.
"use strict";

(() => {
  // An LMS's page may still be busy loading when we ask: we ask again until it answers.
  const PATIENCE_MS = 5000;
  const BEAT_MS = 250;

  function newId() {
    const bytes = crypto.getRandomValues(new Uint8Array(16));
    return Array.from(bytes, (byte) => byte.toString(16).padStart(2, "0")).join("");
  }

  /** The frame beside ours that has this name; null when the parent shows us none. */
  function frameNamed(name) {
    if (name === "_parent") return window.parent;
    try {
      const frame = window.parent.frames[name];
      return frame && frame.postMessage ? frame : null;
    } catch {
      return null; // a name that is not a frame's, of a parent on another site
    }
  }

  /** The frame that a platform's capabilities name for a subject, if they name one. */
  function frameIn(capabilities, subject) {
    const messages = capabilities.supported_messages;
    const one = Array.isArray(messages) && messages.find((each) => each && each.subject === subject);
    return one && typeof one.frame === "string" ? frameNamed(one.frame) : null;
  }

  function answers(event, question) {
    const data = event.data;
    return (
      typeof data === "object" &&
      data !== null &&
      data.subject === `${question.subject}.response` &&
      data.message_id === question.message_id
    );
  }

  /** What a platform keeps for us: LTI postMessage storage 0.1. */
  class PlatformStorage {
    constructor({ target, origin, key }) {
      this.target = target;
      this.origin = new URL(origin).origin;
      this.key = key;
    }

    put(value) {
      return this.ask({ subject: "lti.put_data", message_id: newId(), key: this.key, value });
    }

    async take() {
      const question = { subject: "lti.get_data", message_id: newId(), key: this.key };
      const answer = await this.ask(question);
      this.send({ ...question, subject: "lti.put_data", value: null });
      return answer.value;
    }

    /** Only a window of the platform's origin ever receives this. */
    send(question, named = null) {
      const frames = new Set([frameNamed(this.target), named]);
      frames.delete(null);
      frames.forEach((frame) => frame.postMessage(question, this.origin));
    }

    /** The platform's answer. Rejected when it is an error, or does not come in time. */
    ask(question) {
      // The page around us may have another origin than the platform's login: it is asked,
      // without a secret, which frame to use. LTI client side postMessages 0.1.
      const survey = { subject: "lti.capabilities", message_id: newId() };
      let named = null;
      return new Promise((resolve, reject) => {
        const send = () => {
          window.parent.postMessage(survey, "*");
          this.send(question, named);
        };
        const beat = setInterval(send, BEAT_MS);
        const end = setTimeout(() => settle(reject, new Error("no answer")), PATIENCE_MS);
        const settle = (how, what) => {
          clearInterval(beat);
          clearTimeout(end);
          window.removeEventListener("message", listen);
          how(what);
        };
        const listen = (event) => {
          if (event.source === window.parent && answers(event, survey)) {
            named = frameIn(event.data, question.subject);
          } else if (event.origin === this.origin && answers(event, question)) {
            const error = event.data.error;
            settle(error ? reject : resolve, error || event.data);
          }
        };
        window.addEventListener("message", listen);
        send();
      });
    }
  }

  async function begin(login) {
    const { check, secret, target } = login.dataset;
    const goOn = () => window.location.replace(login.dataset.continue);
    const framed = window.parent !== window;
    if (!framed || document.cookie.split("; ").includes(check)) {
      goOn();
      return;
    }
    try {
      if (!target) throw new Error("no storage");
      await new PlatformStorage(login.dataset).put(secret);
      goOn();
    } catch {
      login.querySelector(".waiting").hidden = true;
      login.querySelector(".otherwise").hidden = false;
    }
  }

  async function end(launch) {
    try {
      const secret = await new PlatformStorage(launch.dataset).take();
      launch.elements.browser.value = typeof secret === "string" ? secret : "";
    } catch {
      launch.elements.browser.value = ""; // the tool says what to do, and keeps a trace
    }
    launch.submit();
  }

  const login = document.getElementById("login");
  if (login) begin(login);
  else end(document.getElementById("launch"));
})();
