/**
 * Works in as few characters as an LMS's suspend data leaves room for: deflated (RFC 1951), then
 * written in base64url (RFC 4648, 5), which every LMS keeps as it is.
 */
import { checkedChanges } from "../../works.js";

const FORMAT = "deflate-raw";

/**
 * @param {Record<string, import("../../works.js").Work>} works by workshop
 * @returns {Promise<string|null>} null where the browser cannot deflate
 */
export async function packed(works) {
  if (typeof CompressionStream === "undefined") return null;
  const bytes = await through(new Blob([JSON.stringify(works)]), new CompressionStream(FORMAT));
  const text = btoa(Array.from(new Uint8Array(bytes), (byte) => String.fromCharCode(byte)).join(""));
  return text.replaceAll("+", "-").replaceAll("/", "_").replaceAll("=", "");
}

/** @returns {Promise<Record<string, import("../../works.js").Work>|null>} null for no such text */
export async function unpacked(text) {
  try {
    const characters = atob(text.replaceAll("-", "+").replaceAll("_", "/"));
    const bytes = Uint8Array.from(characters, (character) => character.charCodeAt(0));
    const json = await through(new Blob([bytes]), new DecompressionStream(FORMAT));
    const works = JSON.parse(new TextDecoder().decode(json));
    for (const work of Object.values(works)) checkedChanges(work);
    return works;
  } catch {
    return null;
  }
}

function through(blob, transform) {
  return new Response(blob.stream().pipeThrough(transform)).arrayBuffer();
}
