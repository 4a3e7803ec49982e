import { errors } from 'undici';
import { type Owner, type Place, UpstreamConnection } from './connection.ts';
import { Try, type TryHandler } from './try.ts';

/** Milliseconds, see libs/service/src/limits.ts. */
export type ConnectionLimits = { readonly upstreamConnect: number; readonly upstreamAnswer: number };

/** A request whose parts were read by Node's parser, or are a subset of what it lets in: they are not checked again. */
export type UpstreamRequest = {
  readonly method: string;
  readonly path: string;
  /** Name, value, name, value; all that the upstream is to see but Host and Connection. */
  readonly headers: readonly string[];
  readonly body: Buffer | null;
  /** Whether it is to have a connection that nothing was sent on yet. */
  readonly isFresh: boolean;
};

/** Milliseconds that an idle connection is kept: less than any upstream keeps it (undici's default). */
const idle = 4_000;

/** Milliseconds between two looks at what takes too long. */
const looks = 500;

const expectContent = new Set(['POST', 'PUT', 'PATCH']);

/** Keeps connections to an upstream and sends requests over them: as many at once as there are, each on a connection of its own. */
export class UpstreamConnections implements Owner {
  readonly #place: Place;
  readonly #limits: ConnectionLimits;
  readonly #all = new Set<UpstreamConnection>();
  /** The one that was used last is used next, so that the others grow old. */
  readonly #free: UpstreamConnection[] = [];
  readonly #timer: NodeJS.Timeout;
  #closed: (() => void) | undefined;

  /** @param url `http://host:port` */
  constructor(url: string, limits: ConnectionLimits) {
    const { hostname, port, host } = new URL(url);
    this.#place = { host: hostname.replace(/^\[(.*)\]$/, '$1'), port: Number(port || 80), authority: host };
    this.#limits = limits;
    this.#timer = setInterval(() => this.#check(performance.now()), looks).unref();
  }

  get connectTimeout(): number {
    return this.#limits.upstreamConnect;
  }

  /**
   * Sends a request.
   * @param handler told what comes of it, as undici would; a part of the content may be used only until it returns, unless it is longer than
   *   `takenAtOnce`
   */
  dispatch(request: UpstreamRequest, handler: TryHandler): void {
    const next = new Try(request.method === 'HEAD', this.#headOf(request), request.body, handler);
    if (this.#closed) return next.fail(new errors.ClientClosedError());
    const free = request.isFresh ? undefined : this.#takeFree();
    if (free) free.take(next);
    else this.#all.add(new UpstreamConnection(this.#place, this, next));
  }

  onFree(connection: UpstreamConnection): void {
    if (this.#closed) connection.destroy();
    else this.#free.push(connection);
  }

  onGone(connection: UpstreamConnection): void {
    this.#all.delete(connection);
    const at = this.#free.indexOf(connection);
    if (at !== -1) this.#free.splice(at, 1);
    if (this.#all.size === 0) this.#closed?.();
  }

  /** Takes no more requests. @returns once those under way have ended */
  async close(): Promise<void> {
    const { promise, resolve } = Promise.withResolvers<void>();
    this.#closed = () => {
      clearInterval(this.#timer);
      resolve();
    };
    for (const connection of this.#free.splice(0)) connection.destroy();
    if (this.#all.size === 0) this.#closed();
    return promise;
  }

  /** One that is closed stays among the free ones until it says so. */
  #takeFree(): UpstreamConnection | undefined {
    for (;;) {
      const free = this.#free.pop();
      if (!free?.isClosed) return free;
    }
  }

  #headOf({ method, path, headers, body }: UpstreamRequest): string {
    let lines = `${method} ${path} HTTP/1.1\r\nhost: ${this.#place.authority}\r\nconnection: keep-alive\r\n`;
    for (let index = 0; index < headers.length; index += 2) {
      const name = headers[index] ?? '';
      if (name.length === 14 && name.toLowerCase() === 'content-length') continue;
      lines += `${name}: ${headers[index + 1]}\r\n`;
    }
    // RFC 9110 8.6. Where undici writes it: another try is the same to the byte.
    if (body || expectContent.has(method)) lines += `content-length: ${body?.length ?? 0}\r\n`;
    return `${lines}\r\n`;
  }

  #check(now: number): void {
    const tooOld = this.#free.filter(({ usedAt }) => now - usedAt > idle);
    for (const connection of tooOld) connection.destroy();
    for (const connection of this.#all) connection.check(now, this.#limits.upstreamAnswer);
  }
}
