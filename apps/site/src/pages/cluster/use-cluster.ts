import type { ClusterEvent, ClusterPicture } from '@scale-up/contract';
import { useEffect, useState } from 'preact/hooks';
import { follow } from './stream.ts';

export type Followed = {
  readonly picture: ClusterPicture | undefined;
  readonly events: readonly ClusterEvent[] | undefined;
  /** Seconds without news; 0 while there are. */
  readonly silentFor: number;
  /** It is refused, or has not come at all. */
  readonly error: Error | undefined;
  readonly retry: () => void;
};

/** Milliseconds. A picture comes every 0.8 s; with a change of servers in between it may take three. */
const stale = 4_000;

/** What the cluster is like, as long as the page is seen. */
export const useCluster = (): Followed => {
  const [picture, setPicture] = useState<ClusterPicture>();
  const [events, setEvents] = useState<readonly ClusterEvent[]>();
  const [error, setError] = useState<Error>();
  const [silentFor, setSilentFor] = useState(0);
  const [attempt, setAttempt] = useState(0);
  const [isVisible, setVisible] = useState(document.visibilityState === 'visible');

  useEffect(() => {
    const look = (): void => setVisible(document.visibilityState === 'visible');
    document.addEventListener('visibilitychange', look);
    return () => document.removeEventListener('visibilitychange', look);
  }, []);

  useEffect(() => {
    // Nobody looks, so nobody needs to ask; a browser would slow the page's clocks down as well.
    if (!isVisible) return undefined;
    const controller = new AbortController();
    let heardAt = performance.now();
    const clock = setInterval(() => {
      const silence = performance.now() - heardAt;
      setSilentFor(silence >= stale ? Math.floor(silence / 1_000) : 0);
    }, 500);
    const heard = {
      onPicture: (next: ClusterPicture): void => {
        heardAt = performance.now();
        setSilentFor(0);
        setPicture(next);
      },
      onEvents: setEvents,
      onTrouble: (): void => {},
    };
    follow(heard, controller.signal).catch((reason: unknown) => setError(reason as Error));
    return () => {
      controller.abort();
      clearInterval(clock);
    };
  }, [attempt, isVisible]);

  const retry = (): void => {
    setError(undefined);
    setSilentFor(0);
    setAttempt((count) => count + 1);
  };
  return { picture, events, silentFor, error, retry };
};
