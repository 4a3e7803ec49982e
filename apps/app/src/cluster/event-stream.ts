import { Readable } from 'node:stream';
import { type ClusterEvent, type ClusterPicture, clusterStream } from '@scale-up/contract';
import type { Watch } from './watch.ts';

/** Watchers of one process: each costs a timer and 6 kB a second. */
const maxWatchers = 50;

/** Bytes that a watcher may leave unread; some ten pictures. Who is slower than that comes back. */
const maxUnread = 100_000;

/** Milliseconds after which a watcher is to come back: at once, but not all in the same moment. */
const retry = 100;

const frame = (event: string, data: unknown): string => `event: ${event}\ndata: ${JSON.stringify(data)}\n\n`;

/** The streams of a process (Server-Sent Events, WHATWG HTML 9.2). */
export type EventStreams = {
  /** @returns undefined when there are too many already */
  readonly open: () => Readable | undefined;
  /** Ends all of them in order, with the hint to come back. */
  readonly end: () => void;
};

/**
 * Makes streams of what a watch sees.
 * @param isDraining whether this process is about to stop: its watchers are to go to another one
 */
export const createEventStreams = (watch: Watch, isDraining: () => boolean): EventStreams => {
  const open = new Set<Readable>();
  // Made once a look, not once a watcher.
  let last: { readonly picture: ClusterPicture; readonly text: string } | undefined;
  const textOf = (picture: ClusterPicture): string => {
    if (last?.picture !== picture) last = { picture, text: frame('cluster', picture) };
    return last.text;
  };
  const end = (stream: Readable): void => {
    if (open.delete(stream)) stream.push(null);
  };
  const push = (stream: Readable, text: string): void => {
    if (!open.has(stream)) return;
    stream.push(text);
    if (stream.readableLength > maxUnread) end(stream);
  };
  return {
    end: () => {
      for (const stream of open) end(stream);
    },
    open: () => {
      if (open.size >= maxWatchers) return undefined;
      // It is pushed into; nobody asks for more.
      const stream = new Readable({ read: () => {}, encoding: 'utf8' });
      open.add(stream);
      push(stream, `retry: ${retry}\n\n`);
      let hasEvents = false;
      const show = (picture: ClusterPicture, events: readonly ClusterEvent[] | undefined): void => {
        push(stream, textOf(picture));
        if (events) push(stream, frame('events', events));
        hasEvents ||= events !== undefined;
      };
      const close = watch.subscribe(show);
      watch.current().then(
        ({ cluster, events }) => {
          // The next look may have been quicker.
          if (!hasEvents) show(cluster, events);
        },
        () => end(stream),
      );
      const beat = setInterval(() => {
        if (isDraining()) end(stream);
        else push(stream, ':\n\n');
      }, clusterStream.heartbeat);
      const life = setTimeout(() => end(stream), clusterStream.lifetime);
      stream.once('close', () => {
        open.delete(stream);
        clearInterval(beat);
        clearTimeout(life);
        close();
      });
      return stream;
    },
  };
};
