import { UnreadableAnswer } from './answer-head.ts';

const lineFeed = 0x0a;
const carriageReturn = 0x0d;

/** Bytes of a chunk's first line, or of a trailer's line: a size and, rarely, an extension. */
const longestLine = 4_096;

/** Bytes of all lines after the last chunk. */
const longestTrailers = 16_384;

const sizeForm = /^[\da-f]{1,12}[\t ]*(?:;|$)/i;

/** Reads content that comes in chunks (RFC 9112 7.1), however it is cut. Extensions and trailers are read and not passed on. */
export class ChunkedContent {
  /** What comes next: the line with a size, the bytes of a chunk, the end of its line, or the lines after the last chunk. */
  #next: 'size' | 'content' | 'end' | 'trailers' = 'size';
  #left = 0;
  #line = '';
  #trailers = 0;

  /**
   * @param part what came
   * @param give told the content in it, in pieces of `part`
   * @returns where in `part` the content ended with all that belongs to it; -1 while it has not
   * @throws UnreadableAnswer
   */
  read(part: Buffer, give: (content: Buffer) => void): number {
    for (let at = 0; at < part.length;) {
      if (this.#next === 'content') {
        const size = Math.min(this.#left, part.length - at);
        this.#left -= size;
        if (this.#left === 0) this.#next = 'end';
        give(part.subarray(at, at + size));
        at += size;
        continue;
      }
      const feed = part.indexOf(lineFeed, at);
      this.#line += part.toString('latin1', at, feed === -1 ? part.length : feed + 1);
      if (this.#line.length > longestLine)
        throw new UnreadableAnswer('the upstream answers in chunks whose lines do not end');
      if (feed === -1) return -1;
      at = feed + 1;
      const line = this.#line;
      this.#line = '';
      if (line.charCodeAt(line.length - 2) !== carriageReturn)
        throw new UnreadableAnswer('the upstream answers in chunks whose lines end too early');
      if (this.#takeLine(line.slice(0, -2))) return at;
    }
    return -1;
  }

  /** @returns whether it was the last one */
  #takeLine(line: string): boolean {
    if (this.#next === 'trailers') {
      this.#trailers += line.length;
      if (this.#trailers > longestTrailers)
        throw new UnreadableAnswer('the upstream sends too much after its last chunk');
      return line === '';
    }
    if (this.#next === 'end') {
      if (line !== '') throw new UnreadableAnswer('the upstream answers with a chunk that is longer than it says');
      this.#next = 'size';
      return false;
    }
    if (!sizeForm.test(line)) throw new UnreadableAnswer('the upstream answers in chunks without a size');
    this.#left = Number.parseInt(line, 16);
    this.#next = this.#left === 0 ? 'trailers' : 'content';
    return false;
  }
}
