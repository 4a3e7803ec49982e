import { once } from 'node:events';
import { type IncomingMessage, request } from 'node:http';
import type { ClusterEvent, ClusterPicture } from '@scale-up/contract';

/** A stream of what happens to the cluster, as a browser would read it. */
export class ReadStream {
  readonly pictures: ClusterPicture[] = [];
  /** Each list that came. */
  readonly events: ClusterEvent[][] = [];
  /** Milliseconds. */
  retry: number | undefined;
  longestSilence = 0;
  readonly ended: Promise<unknown>;
  readonly #response: IncomingMessage;
  #rest = '';
  #heard = performance.now();

  constructor(response: IncomingMessage) {
    this.#response = response;
    this.ended = once(response, 'close');
    response.on('error', () => {});
    response.setEncoding('utf8').on('data', (text: string) => this.#read(text));
  }

  get status(): number {
    return this.#response.statusCode ?? 0;
  }

  get headers(): IncomingMessage['headers'] {
    return this.#response.headers;
  }

  close(): void {
    this.#response.destroy();
  }

  #read(text: string): void {
    const now = performance.now();
    this.longestSilence = Math.max(this.longestSilence, now - this.#heard);
    this.#heard = now;
    const frames = (this.#rest + text).split('\n\n');
    this.#rest = frames.pop() ?? '';
    for (const frame of frames) {
      const field = (name: string) => new RegExp(`^${name}: (.*)$`, 'm').exec(frame)?.[1];
      const data = field('data');
      if (field('retry') !== undefined) this.retry = Number(field('retry'));
      if (data === undefined) continue;
      if (field('event') === 'cluster') this.pictures.push(JSON.parse(data) as ClusterPicture);
      if (field('event') === 'events') this.events.push(JSON.parse(data) as ClusterEvent[]);
    }
  }
}

export const openStream = async (url: string, token: string): Promise<ReadStream> => {
  const asked = request(`${url}/api/cluster/events`, { agent: false, headers: { authorization: `Token ${token}` } });
  asked.end();
  const [response] = (await once(asked, 'response')) as [IncomingMessage];
  return new ReadStream(response);
};
