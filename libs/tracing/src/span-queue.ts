import { type Ended, OtlpWriter } from './otlp.ts';
import type { Settings } from './settings.ts';

/** Bytes of spans there is room for before it grows: some 500 that say what ours say. */
const room = 256 * 1024;
/** Bytes after which spans are sent, however few: receivers refuse what is too large, the strictest 4 MiB. */
const enough = 1024 * 1024;

/** Takes spans as they were written, and tells how that ended. Never throws. */
export type Send = (spans: Buffer, done: (error?: Error) => void) => void;

/**
 * Spans that have ended and were not sent yet. They are written where they end, into one piece of memory: kept as objects
 * until they are sent, they would live long enough for the garbage collector to carry them twice.
 */
export class SpanQueue {
  readonly #settings: Settings;
  readonly #send: Send;
  readonly #tell: (message: string) => void;
  readonly #writer: OtlpWriter;
  #waiting = 0;
  /** Of spans that were handed over and not settled. */
  #underWay = 0;
  #timer: NodeJS.Timeout | undefined;

  /** @param tell told what was lost */
  constructor(settings: Settings, send: Send, tell: (message: string) => void) {
    this.#settings = settings;
    this.#send = send;
    this.#tell = tell;
    this.#writer = new OtlpWriter(room, settings.longest);
  }

  add(ended: Ended): void {
    this.#writer.write(ended);
    this.#waiting += 1;
    if (this.#waiting >= this.#settings.batch || this.#writer.length >= enough) this.flush();
    // A process may end whenever it has nothing else to do.
    else this.#timer ??= setTimeout(() => this.flush(), this.#settings.delay).unref();
  }

  /** Sends what is there. */
  flush(): void {
    clearTimeout(this.#timer);
    this.#timer = undefined;
    const count = this.#waiting;
    if (count === 0) return;
    this.#waiting = 0;
    const spans = this.#writer.take();
    if (this.#underWay > 0 && this.#underWay + count > this.#settings.queue) {
      this.#tell(`${count} spans are lost: ${this.#underWay} are still on their way`);
      return;
    }
    this.#underWay += count;
    this.#send(spans, (error) => {
      this.#underWay -= count;
      if (error) this.#tell(`${count} spans are lost: ${error.message}`);
    });
  }
}
