import type { Encoding, Ended } from './ended.ts';
import type { Settings } from './settings.ts';

/** Bytes after which spans are sent, however few: receivers refuse what is too large, the strictest 4 MiB. */
const enough = 1024 * 1024;

/** Sends a request, and tells how that ended. Never throws. */
export type Send = (request: Uint8Array, done: (error?: Error) => void) => void;

/**
 * Spans that have ended and were not sent yet. They are written where they end, into one piece of memory: kept as objects
 * until they are sent, they would live long enough for the garbage collector to carry them twice.
 */
export class SpanQueue {
  readonly #settings: Pick<Settings, 'batch' | 'queue' | 'delay' | 'patience'>;
  readonly #send: Send;
  readonly #tell: (message: string) => void;
  readonly #encoding: Encoding;
  #waiting = 0;
  /** Of spans that were handed over and not settled. */
  #underWay = 0;
  #timer: NodeJS.Timeout | undefined;

  /** @param tell told what was lost */
  constructor(
    settings: Pick<Settings, 'batch' | 'queue' | 'delay' | 'patience'>,
    encoding: Encoding,
    send: Send,
    tell: (message: string) => void,
  ) {
    this.#settings = settings;
    this.#encoding = encoding;
    this.#send = send;
    this.#tell = tell;
  }

  add(ended: Ended): void {
    this.#encoding.write(ended);
    this.#waiting += 1;
    if (this.#waiting >= this.#settings.batch || this.#encoding.length >= enough) this.flush();
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
    const request = this.#encoding.take();
    if (this.#underWay > 0 && this.#underWay + count > this.#settings.queue) {
      this.#tell(`${count} spans are lost: ${this.#underWay} are still on their way`);
      return;
    }
    this.#underWay += count;
    const settle = (error?: Error): void => {
      clearTimeout(late);
      if (isSettled) return;
      isSettled = true;
      this.#underWay -= count;
      if (error) this.#tell(`${count} spans are lost: ${error.message}`);
    };
    let isSettled = false;
    const { patience } = this.#settings;
    const late = setTimeout(() => settle(new Error(`not taken within ${patience} ms`)), patience).unref();
    this.#send(request, settle);
  }
}
