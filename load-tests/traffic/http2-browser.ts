import { type ClientHttp2Session, type ClientHttp2Stream, connect as openSession, constants } from 'node:http2';
import { connect as encrypt } from 'node:tls';
import type { Front } from './browsers.ts';
import { reach } from './reach.ts';
import { patience, type Sender, type Sending } from './sender.ts';

/** As many streams as servers usually allow on one connection; HAProxy's limit too. */
const streamsAtOnce = 100;

type Session = { readonly http2: ClientHttp2Session; streams: number };

/** HTTP/2's own word that a request was not begun: it may be sent again, and browsers do. */
class NotBegun extends Error {}

/**
 * A client that keeps one HTTP/2 connection, and another one only beside it when that is full or ends. undici's was no use here: when a connection
 * breaks it sends writes again that were under way on it.
 */
export class Http2Browser implements Sender {
  readonly #front: Front;
  readonly #sessions = new Set<Session>();
  #dialling: Promise<Session> | undefined;

  constructor(front: Front) {
    this.#front = front;
  }

  async request(sending: Sending): ReturnType<Sender['request']> {
    for (;;) {
      const session = await this.#session(sending.origin);
      try {
        return await this.#send(session, sending);
      } catch (error) {
        if (!(error instanceof NotBegun)) throw error;
      }
    }
  }

  async close(): Promise<void> {
    for (const { http2 } of this.#sessions) http2.destroy();
  }

  async #session(origin: string): Promise<Session> {
    for (const session of this.#sessions) {
      if (!session.http2.closed && session.streams < streamsAtOnce) return session;
    }
    this.#dialling ??= this.#dial(origin).finally(() => (this.#dialling = undefined));
    return this.#dialling;
  }

  async #dial(origin: string): Promise<Session> {
    const socket = await reach(this.#front, patience);
    const servername = new URL(origin).hostname;
    const encrypted = encrypt({ socket, servername, ca: this.#front.ca, ALPNProtocols: ['h2'] });
    const { promise, resolve, reject } = Promise.withResolvers<void>();
    const http2 = openSession(origin, { createConnection: () => encrypted }, () => resolve());
    const session = { http2, streams: 0 };
    http2.on('error', reject);
    http2.on('close', () => {
      this.#sessions.delete(session);
      reject(new Error('the connection ended before it was there'));
    });
    const late = setTimeout(() => encrypted.destroy(new Error(`no connection within ${patience} ms`)), patience);
    await promise.finally(() => clearTimeout(late));
    this.#sessions.add(session);
    return session;
  }

  async #send(session: Session, { path, method, headers, body }: Sending): ReturnType<Sender['request']> {
    let stream: ClientHttp2Stream;
    try {
      stream = session.http2.request({ ':path': path, ':method': method, ...headers }, { endStream: body === null });
    } catch {
      // It has ended since it was chosen.
      throw new NotBegun();
    }
    session.streams += 1;
    try {
      return await answerOf(stream, body);
    } finally {
      session.streams -= 1;
    }
  }
}

const answerOf = (stream: ClientHttp2Stream, body: string | null): ReturnType<Sender['request']> => {
  const { promise, resolve, reject } = Promise.withResolvers<Awaited<ReturnType<Sender['request']>>>();
  let headers: Record<string, string | string[] | undefined> = {};
  let text = '';
  let isWhole = false;
  stream.setTimeout(patience, () => {
    reject(new Error(`no answer within ${patience} ms`));
    stream.close(constants.NGHTTP2_CANCEL);
  });
  stream.setEncoding('utf8');
  stream.on('response', (given) => (headers = given as typeof headers));
  stream.on('data', (part: string) => (text += part));
  stream.on('end', () => (isWhole = headers[':status'] !== undefined));
  stream.on('error', (error) => {
    reject(stream.rstCode === constants.NGHTTP2_REFUSED_STREAM ? new NotBegun() : error);
  });
  stream.on('close', () => {
    if (isWhole) resolve({ statusCode: Number(headers[':status']), headers, body: { text: async () => text } });
    else
      reject(stream.rstCode === constants.NGHTTP2_REFUSED_STREAM ? new NotBegun() : new Error('the connection ended'));
  });
  if (body !== null) stream.end(body);
  return promise;
};
