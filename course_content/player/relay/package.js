/**
 * The page in a dispatch package: between the platform, whose API it can reach, and the course,
 * which a server of another origin shows in its frame.
 *
 * The licence is posted with a form, so that it is in no address. The learner's number at the
 * platform never leaves this page: the server is told a pseudonym of it, and the course too.
 */
import { Failure } from "../tracking/failure.js";
import { FUNCTIONS_12, Lms, findApi } from "../tracking/scorm/api.js";
import { isHello, isKeep, isValue, kept, refusalIn, welcome } from "./messages.js";
import { Panel } from "./panel.js";
import { LmsRecord } from "./record.js";

/** How long a server may take to answer, and its page to begin once it is there. */
const ANSWER_MS = 20_000;
const BEGINNING_MS = 4_000;

/**
 * HMAC-SHA-256 of a learner's number under the package's licence (RFC 2104), in hexadecimal.
 * @param {SubtleCrypto} subtle
 */
export async function pseudonym(subtle, licence, learner) {
  const bytes = (text) => new TextEncoder().encode(text);
  const algorithm = { name: "HMAC", hash: "SHA-256" };
  const key = await subtle.importKey("raw", bytes(licence), algorithm, false, ["sign"]);
  const digest = new Uint8Array(await subtle.sign("HMAC", key, bytes(learner)));
  return Array.from(digest, (byte) => byte.toString(16).padStart(2, "0")).join("");
}

/** @param {Record<string, string>} words in the package's language */
export function start(words) {
  new Package(window, new Panel(document.getElementById("said"), words)).open();
}

class Package {
  #window;
  #panel;
  #form;
  #frame;
  #server;
  #record = null;
  #learner = "";
  #port = null;
  #timers = [];
  /** Whether the server's last word is that the course does not open. */
  #isRefused = false;

  constructor(window, panel) {
    this.#window = window;
    this.#panel = panel;
    this.#form = window.document.getElementById("launch");
    this.#frame = window.document.getElementById("course");
    this.#server = new URL(this.#form.action).origin;
    this.#frame.addEventListener("load", () => this.#awaitBeginning());
    window.addEventListener("message", (event) => this.#hear(event));
    window.addEventListener("pagehide", () => this.#end());
    window.addEventListener("pageshow", (event) => event.persisted && window.location.reload());
    window.document.addEventListener("visibilitychange", () => {
      if (window.document.visibilityState === "hidden" && this.#port) this.#record.keep();
    });
  }

  async open() {
    const api = findApi(this.#window, "API", FUNCTIONS_12);
    const { subtle } = this.#window.crypto;
    if (!api) return this.#panel.tell("no-lms");
    if (!subtle) return this.#panel.tell("insecure");
    const record = new LmsRecord(new Lms(api, FUNCTIONS_12));
    try {
      record.open();
    } catch (failure) {
      if (!(failure instanceof Failure)) throw failure;
      const { message: detail } = failure;
      return this.#panel.tell("no-session", { detail, retry: () => this.#window.location.reload() });
    }
    if (record.learner === "") return this.#panel.tell("no-learner");
    const { licence, learner } = this.#form.elements;
    this.#learner = await pseudonym(subtle, licence.value, record.learner);
    learner.value = this.#learner;
    this.#record = record;
    return this.#knock();
  }

  /** Ask the server for the course. */
  #knock() {
    this.#isRefused = false;
    this.#panel.wait();
    this.#form.submit();
    this.#await(ANSWER_MS);
  }

  /** A page is in the frame. One that is not the server's says nothing, as a browser's own. */
  #awaitBeginning() {
    if (this.#timers.length > 0) this.#await(BEGINNING_MS);
  }

  #await(milliseconds) {
    this.#timers.push(setTimeout(() => this.#giveUp(), milliseconds));
  }

  #stopWaiting() {
    for (const timer of this.#timers.splice(0)) clearTimeout(timer);
  }

  #giveUp() {
    this.#stopWaiting();
    this.#frame.hidden = true;
    this.#panel.tell("unreachable", { detail: this.#server, retry: () => this.#knock() });
  }

  /** Only the server is heard, and only from the frame. */
  #hear({ source, origin, data }) {
    if (source !== this.#frame.contentWindow || origin !== this.#server) return;
    const refusal = refusalIn(data);
    if (refusal) this.#refuse(refusal);
    else if (isHello(data)) this.#welcome();
  }

  #refuse(refusal) {
    this.#stopWaiting();
    this.#isRefused = true;
    this.#frame.hidden = true;
    this.#panel.refuse(refusal, () => this.#knock());
  }

  /** The course may begin, and begin anew when its frame is loaded again. */
  #welcome() {
    this.#stopWaiting();
    this.#port?.close();
    const { port1, port2 } = new this.#window.MessageChannel();
    this.#port = port1;
    port1.onmessage = ({ data }) => this.#serve(port1, data);
    this.#panel.hide();
    this.#frame.hidden = false;
    const values = this.#record.valuesFor(this.#learner);
    this.#frame.contentWindow.postMessage(welcome(values), this.#server, [port2]);
  }

  #serve(port, data) {
    if (isValue(data)) this.#record.hear(data.name, data.text);
    if (!isKeep(data)) return;
    const { isKept, failure } = this.#record.keep();
    port.postMessage(kept(data.id, isKept, failure));
  }

  /**
   * The window is closed. Once the course was there, the platform is told all; a server that did
   * not answer leaves the record as it was, and one that refused leaves it alone.
   */
  #end() {
    if (this.#port) this.#record.close();
    else if (!this.#isRefused) this.#record?.leave();
  }
}
