/** The tool's HTTP interface: JSON in and out, the window's token with every request. */
import { Failure } from "./failure.js";

const RETRY_DELAYS_MS = [500, 1500, 4000];

function wait(milliseconds) {
  return new Promise((resolve) => {
    setTimeout(resolve, milliseconds);
  });
}

export class LtiApi {
  #fetch;
  #token;

  /**
   * @param {typeof fetch} fetch
   * @param {string} token of this window's session
   */
  constructor(fetch, token) {
    this.#fetch = fetch;
    this.#token = token;
  }

  /**
   * Ask once. `keepalive` lets the request outlive the page.
   * @throws {Failure}
   */
  async ask(method, path, { body, keepalive = false } = {}) {
    const headers = { Authorization: `Bearer ${this.#token}`, Accept: "application/json" };
    if (body !== undefined) headers["Content-Type"] = "application/json";
    let response;
    try {
      response = await this.#fetch(path, {
        method,
        headers,
        body: body === undefined ? undefined : JSON.stringify(body),
        keepalive,
        credentials: "omit",
        cache: "no-store",
      });
    } catch {
      throw new Failure("offline", { retryable: true });
    }
    return readReply(response);
  }

  /** Ask, and again a few times when the failure may pass. For requests that may be repeated. */
  async askPatiently(method, path, options) {
    for (const delay of RETRY_DELAYS_MS) {
      try {
        return await this.ask(method, path, options);
      } catch (error) {
        if (!error.retryable) throw error;
        await wait(delay);
      }
    }
    return this.ask(method, path, options);
  }
}

async function readReply(response) {
  const reply = await response.json().catch(() => null);
  if (response.ok && reply !== null) return reply;
  throw failureOf(response.status, reply?.error ?? {});
}

/** The tool says what happened and what to do; a proxy between us says nothing. */
function failureOf(status, { code: reason = "", message = "", remedy = "", reference = "" }) {
  if (status === 401) return new Failure("expired", { reference });
  if (status === 429 || status >= 500 || status < 400) {
    return new Failure("server", { retryable: true, reference });
  }
  return new Failure("refused", { detail: message, remedy, reference, reason });
}
