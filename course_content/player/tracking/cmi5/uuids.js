/** Names for statements. `crypto.randomUUID` is not there in pages without encryption. */

const SEEDS = [0x811c9dc5, 0x2f0b4a1d, 0x6c8e9cf5, 0x1b873593];

/** Bytes as a UUID of version 4 (RFC 9562, 5.4). */
function written(bytes) {
  const all = Uint8Array.from(bytes);
  all[6] = (all[6] & 0x0f) | 0x40;
  all[8] = (all[8] & 0x3f) | 0x80;
  const hex = [...all].map((byte) => byte.toString(16).padStart(2, "0")).join("");
  return hex.replace(/^(.{8})(.{4})(.{4})(.{4})/, "$1-$2-$3-$4-");
}

export function randomUuid() {
  return written(globalThis.crypto.getRandomValues(new Uint8Array(16)));
}

/** The same UUID for the same text, which holds a UUID of chance already. */
export function uuidOf(text) {
  const characters = new TextEncoder().encode(text);
  return written(SEEDS.flatMap((seed) => bytesOf(mixed(characters, seed))));
}

/** FNV-1a, with its bits mixed well at the end. */
function mixed(characters, seed) {
  let value = seed;
  for (const character of characters) value = Math.imul(value ^ character, 0x01000193);
  value = Math.imul(value ^ (value >>> 16), 0x85ebca6b);
  value = Math.imul(value ^ (value >>> 13), 0xc2b2ae35);
  return (value ^ (value >>> 16)) >>> 0;
}

function bytesOf(value) {
  return [24, 16, 8, 0].map((shift) => (value >>> shift) & 0xff);
}
