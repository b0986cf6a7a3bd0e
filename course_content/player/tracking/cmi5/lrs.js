/** The learning record store that an LMS names at launch (xAPI 1.0.3, part 3), by HTTP. */
import { Failure } from "../failure.js";

const VERSION = "1.0.3";
const RETRY_DELAYS_MS = [500, 1500, 4000];
/** Browsers let requests outlive their page as long as all of them have 64 KiB together. */
const MOST_KEPT_ALIVE = 20_000;

function wait(milliseconds) {
  return new Promise((resolve) => {
    setTimeout(resolve, milliseconds);
  });
}

/**
 * Ask again a few times while the failure may pass.
 * @template T
 * @param {() => Promise<T>} ask what may be asked twice
 * @returns {Promise<T>}
 */
export async function patiently(ask) {
  for (const delay of RETRY_DELAYS_MS) {
    try {
      return await ask();
    } catch (failure) {
      if (!failure.retryable) throw failure;
      await wait(delay);
    }
  }
  return ask();
}

export class Lrs {
  #fetch;
  #endpoint;
  #token;

  /**
   * @param {typeof fetch} fetch
   * @param {string} endpoint
   * @param {string} token of the session
   */
  constructor(fetch, endpoint, token) {
    this.#fetch = fetch;
    this.#endpoint = endpoint.replace(/\/?$/, "/");
    this.#token = token;
  }

  /**
   * @param {string} method
   * @param {string} resource such as "statements"
   * @param {Record<string, string>} query
   * @param {{body?: unknown, headers?: Record<string, string>}} [options]
   * @returns {Promise<{content: unknown, etag: string|null}>} content null where there is none
   * @throws {Failure} with the reason "conflict" when the store has something else already
   */
  async ask(method, resource, query, { body, headers = {} } = {}) {
    const text = body === undefined ? undefined : JSON.stringify(body);
    const address = `${this.#endpoint}${resource}?${new URLSearchParams(query)}`;
    let response;
    try {
      response = await this.#fetch(address, {
        method,
        headers: {
          Authorization: `Basic ${this.#token}`,
          "X-Experience-API-Version": VERSION,
          ...(text === undefined ? {} : { "Content-Type": "application/json" }),
          ...headers,
        },
        body: text,
        keepalive: text !== undefined && text.length < MOST_KEPT_ALIVE,
        credentials: "omit",
        cache: "no-store",
      });
    } catch {
      throw new Failure("offline", { retryable: true });
    }
    if (method === "GET" && response.status === 404) return { content: null, etag: null };
    if (!response.ok) throw failureOf(response.status);
    const content = await response.json().catch(() => null);
    return { content, etag: response.headers.get("ETag") };
  }
}

function failureOf(status) {
  const reference = `xAPI ${status}`;
  if (status === 401 || status === 403) return new Failure("lms-expired", { reference });
  return new Failure("lms-save", {
    retryable: status === 429 || status >= 500,
    reference,
    reason: status === 409 || status === 412 ? "conflict" : "",
  });
}
