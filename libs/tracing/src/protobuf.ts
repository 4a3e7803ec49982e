/**
 * Bytes in which the length of a message is written, which is known when it has ended: one for less than 128 bytes, four for less than 256 MiB. A
 * varint may be longer than it has to be.
 */
export type LengthRoom = 1 | 4;
/** Bytes of the longest varint of 32 bits, and of 64. */
const varintRoom = { of32: 5, of64: 10 } as const;

/** Of a text in UTF-8 a character has three bytes at most (one of UTF-16; a pair has four). */
const widest = 3;
/** Characters up to which a text is copied by hand: a call of the runtime costs more. */
const short = 48;

/**
 * Writes messages of Protocol Buffers (https://protobuf.dev/programming-guides/encoding/) one behind another into memory that is used again: what a
 * message needs is neither made as an object nor gone through twice. Tags are given as they stand there, field and type in one byte.
 */
export class ProtobufWriter {
  #bytes: Buffer;
  #length = 0;
  readonly #initial: number;

  /** @param initial bytes there is room for before it grows */
  constructor(initial: number) {
    this.#initial = initial;
    this.#bytes = Buffer.allocUnsafeSlow(initial);
  }

  /** Bytes that were written. */
  get length(): number {
    return this.#length;
  }

  /** A copy of what was written, after which it is empty; what it had grown by it gives back. */
  take(): Buffer {
    const taken = Buffer.from(this.#bytes.subarray(0, this.#length));
    this.#length = 0;
    if (this.#bytes.length > this.#initial) this.#bytes = Buffer.allocUnsafeSlow(this.#initial);
    return taken;
  }

  /** Makes sure there is room; whatever is written at once asks once. */
  #reserve(bytes: number): void {
    const needed = this.#length + bytes;
    if (needed <= this.#bytes.length) return;
    const larger = Buffer.allocUnsafeSlow(Math.max(needed, this.#bytes.length * 2));
    this.#bytes.copy(larger, 0, 0, this.#length);
    this.#bytes = larger;
  }

  #varint(value: number): void {
    let rest = value;
    while (rest >= 0x80) {
      this.#bytes[this.#length++] = (rest % 0x80) | 0x80;
      rest = Math.floor(rest / 0x80);
    }
    this.#bytes[this.#length++] = rest;
  }

  /**
   * Begins a message within another; its length is written when it ends.
   * @returns what `end` wants
   */
  begin(tag: number, room: LengthRoom): number {
    this.#reserve(1 + room);
    this.#bytes[this.#length] = tag;
    this.#length += 1 + room;
    return this.#length;
  }

  end(begun: number, room: LengthRoom): void {
    const size = this.#length - begun;
    if (room === 1) {
      this.#bytes[begun - 1] = size;
      return;
    }
    this.#bytes[begun - 4] = (size & 0x7f) | 0x80;
    this.#bytes[begun - 3] = ((size >> 7) & 0x7f) | 0x80;
    this.#bytes[begun - 2] = ((size >> 14) & 0x7f) | 0x80;
    this.#bytes[begun - 1] = size >> 21;
  }

  /** A number of at most 53 bits. */
  integer(tag: number, value: number): void {
    this.#reserve(1 + varintRoom.of64);
    this.#bytes[this.#length++] = tag;
    if (value >= 0) return this.#varint(value);
    // Two's complement of 64 bits, which are ten bytes.
    let rest = BigInt.asUintN(64, BigInt(value));
    for (; rest >= 0x80n; rest >>= 7n) this.#bytes[this.#length++] = Number(rest & 0x7fn) | 0x80;
    this.#bytes[this.#length++] = Number(rest);
  }

  double(tag: number, value: number): void {
    this.#reserve(1 + 8);
    this.#bytes[this.#length] = tag;
    this.#bytes.writeDoubleLE(value, this.#length + 1);
    this.#length += 1 + 8;
  }

  /** Four bytes without a tag, which stands before them as it is (`raw`). */
  word(value: number): void {
    this.#reserve(4);
    this.#length = this.#bytes.writeUInt32LE(value, this.#length);
  }

  /**
   * A time as nanoseconds since 1970 in 64 bits, which no number of JavaScript has.
   * @param milliseconds since 1970; a microsecond of it is kept
   */
  time(tag: number, milliseconds: number): void {
    this.#reserve(1 + 8);
    const micro = Math.round(milliseconds * 1_000);
    const high = Math.floor(micro / 2 ** 32);
    const low = (micro - high * 2 ** 32) * 1_000;
    const carried = Math.floor(low / 2 ** 32);
    this.#bytes[this.#length] = tag;
    this.#bytes.writeUInt32LE(low - carried * 2 ** 32, this.#length + 1);
    this.#bytes.writeUInt32LE(high * 1_000 + carried, this.#length + 5);
    this.#length += 1 + 8;
  }

  /** Bytes that are given in hex. */
  hex(tag: number, text: string): void {
    const size = text.length / 2;
    this.#reserve(2 + size);
    this.#bytes[this.#length++] = tag;
    this.#bytes[this.#length++] = size;
    this.#length += this.#bytes.write(text, this.#length, size, 'hex');
  }

  /** Bytes as they are, tag included. */
  raw(bytes: Uint8Array): void {
    this.#reserve(bytes.length);
    for (let at = 0; at < bytes.length; at += 1) this.#bytes[this.#length + at] = bytes[at] ?? 0;
    this.#length += bytes.length;
  }

  text(tag: number, text: string): void {
    this.#reserve(1 + varintRoom.of32 + text.length * widest);
    this.#bytes[this.#length++] = tag;
    if (text.length <= short) {
      const start = this.#length + 1;
      const end = this.#ascii(text, start);
      if (end !== undefined) {
        this.#bytes[start - 1] = text.length;
        this.#length = end;
        return;
      }
    }
    const size = Buffer.byteLength(text);
    this.#varint(size);
    this.#length += this.#bytes.write(text, this.#length, 'utf8');
  }

  /** @returns where it ends, or nothing where it is not of ASCII alone */
  #ascii(text: string, start: number): number | undefined {
    const bytes = this.#bytes;
    for (let at = 0; at < text.length; at += 1) {
      const code = text.charCodeAt(at);
      if (code >= 0x80) return undefined;
      bytes[start + at] = code;
    }
    return start + text.length;
  }
}
