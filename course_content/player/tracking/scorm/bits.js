/** Numbers packed bit by bit into characters that every LMS keeps as they are. */

const ALPHABET = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_";
const BITS_PER_CHARACTER = 6;

/** The bits for a number from 0 to `max`. */
export function widthFor(max) {
  return max <= 0 ? 0 : Math.floor(Math.log2(max)) + 1;
}

/** There is no room for what is being written. */
export class NoRoom extends Error {}

export class BitWriter {
  #characters = [];
  #pending = 0;
  #pendingBits = 0;
  #limit;

  /** @param {number} limit the characters that there is room for */
  constructor(limit) {
    this.#limit = limit;
  }

  /** Write the `width` low bits of `value`, the highest first. */
  write(value, width) {
    for (let bit = width - 1; bit >= 0; bit -= 1) this.#bit((value >>> bit) & 1);
  }

  flag(value) {
    this.#bit(value ? 1 : 0);
  }

  /** A number of any size: three bits at a time, each group saying whether another follows. */
  count(value) {
    let rest = value;
    do {
      const group = rest % 8;
      rest = Math.floor(rest / 8);
      this.flag(rest > 0);
      this.write(group, 3);
    } while (rest > 0);
  }

  toString() {
    const last =
      this.#pendingBits > 0
        ? ALPHABET[this.#pending << (BITS_PER_CHARACTER - this.#pendingBits)]
        : "";
    return this.#characters.join("") + last;
  }

  #bit(bit) {
    if (this.#pendingBits === 0 && this.#characters.length >= this.#limit) throw new NoRoom();
    this.#pending = (this.#pending << 1) | bit;
    this.#pendingBits += 1;
    if (this.#pendingBits === BITS_PER_CHARACTER) {
      this.#characters.push(ALPHABET[this.#pending]);
      this.#pending = 0;
      this.#pendingBits = 0;
    }
  }
}

export class BitReader {
  #text;
  #position = 0;

  constructor(text) {
    this.#text = text;
  }

  /** @throws {RangeError} when the text ends before */
  read(width) {
    let value = 0;
    for (let i = 0; i < width; i += 1) value = value * 2 + this.#bit();
    return value;
  }

  flag() {
    return this.#bit() === 1;
  }

  count() {
    let value = 0;
    let scale = 1;
    let hasMore = true;
    while (hasMore) {
      hasMore = this.flag();
      value += this.read(3) * scale;
      scale *= 8;
    }
    return value;
  }

  #bit() {
    const character = this.#text[Math.floor(this.#position / BITS_PER_CHARACTER)];
    const sextet = character === undefined ? -1 : ALPHABET.indexOf(character);
    if (sextet < 0) throw new RangeError("Not what was written, or cut off.");
    const shift = BITS_PER_CHARACTER - 1 - (this.#position % BITS_PER_CHARACTER);
    this.#position += 1;
    return (sextet >> shift) & 1;
  }
}
