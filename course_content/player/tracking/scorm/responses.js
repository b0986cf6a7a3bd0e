/**
 * Responses as bits, one way a kind of question. Drafts too: a matching may lack pairs.
 *
 * `fits` tells whether a response can be written; `write` and `read` are each other's inverse;
 * `steps` is the number of equal steps from score 0 to 1, so that a score alone can be kept; `ids`
 * is what the bits count on.
 */
import { LONGEST_RESPONSE } from "../../scoring.js";
import { widthFor } from "./bits.js";

const LONGEST_BYTES = LONGEST_RESPONSE * 4;
const TEXT_WIDTH = widthFor(LONGEST_BYTES);

/** One id out of a list, as its place. */
const single = {
  steps: () => 1,
  ids: (key) => key.choices,
  fits: (key, response) => key.choices.includes(response),
  write: (bits, key, response) =>
    bits.write(key.choices.indexOf(response), widthFor(key.choices.length - 1)),
  read: (bits, key) => key.choices[bits.read(widthFor(key.choices.length - 1))],
};

const multiple = {
  steps: (key) => key.correct.length,
  ids: (key) => key.choices,
  fits: (key, response) =>
    Array.isArray(response) && response.every((id) => key.choices.includes(id)),
  write(bits, key, response) {
    for (const id of key.choices) bits.flag(response.includes(id));
  },
  read: (bits, key) => key.choices.filter(() => bits.flag()),
};

const trueFalse = {
  steps: () => 1,
  ids: () => [],
  fits: (key, response) => typeof response === "boolean",
  write: (bits, key, response) => bits.flag(response),
  read: (bits) => bits.flag(),
};

const ordering = {
  steps: (key) => key.correct.length,
  ids: (key) => key.correct,
  fits: (key, response) =>
    Array.isArray(response) &&
    response.length === key.correct.length &&
    key.correct.every((id) => response.includes(id)),
  write(bits, key, response) {
    for (const id of response) {
      bits.write(key.correct.indexOf(id), widthFor(key.correct.length - 1));
    }
  },
  read: (bits, key) =>
    key.correct.map(() => key.correct[bits.read(widthFor(key.correct.length - 1))]),
};

const matching = {
  steps: (key) => Object.keys(key.correct).length,
  ids: (key) => [...Object.keys(key.correct), ...key.options],
  fits: (key, response) =>
    typeof response === "object" &&
    response !== null &&
    Object.entries(response).every(([left, id]) => left in key.correct && key.options.includes(id)),
  write(bits, key, response) {
    for (const left of Object.keys(key.correct)) {
      bits.write(key.options.indexOf(response[left]) + 1, widthFor(key.options.length));
    }
  },
  read(bits, key) {
    const pairs = Object.keys(key.correct).map((left) => [
      left,
      key.options[bits.read(widthFor(key.options.length)) - 1],
    ]);
    return Object.fromEntries(pairs.filter(([, id]) => id !== undefined));
  },
};

const typed = {
  steps: () => 1,
  ids: () => [],
  fits: (key, response) => typeof response === "string" && [...response].length <= LONGEST_RESPONSE,
  write(bits, key, response) {
    const bytes = new TextEncoder().encode(response);
    bits.write(bytes.length, TEXT_WIDTH);
    for (const byte of bytes) bits.write(byte, 8);
  },
  read(bits) {
    const bytes = Uint8Array.from({ length: bits.read(TEXT_WIDTH) }, () => bits.read(8));
    return new TextDecoder().decode(bytes);
  },
};

const KINDS = {
  single,
  multiple,
  true_false: trueFalse,
  ordering,
  matching,
  numeric: typed,
  text: typed,
};

export function packingOf(key) {
  return KINDS[key.kind];
}

export function isTyped(key) {
  return packingOf(key) === typed;
}
