import type { ClusterEvent, ClusterPicture } from '@scale-up/contract';
import { clusterStream } from 'virtual:contract';
import { createParser } from 'eventsource-parser';
import { pause } from '../../api/attempts.ts';
import { ApiProblem, problemOf } from '../../api/problem.ts';
import { endSession, token } from '../../state/session.ts';

/** In milliseconds. */
const times = {
  /** The server says something every 0.4 s. Three times nothing, and whoever said it may be gone: another one is asked. */
  silence: clusterStream.heartbeat * 3,
  /** Where the network itself is that slow, being in a hurry makes it worse. */
  longestSilence: 5_000,
  /** Before another try; doubled with each that fails. */
  firstPause: 150,
  longestPause: 5_000,
};

export type Heard = {
  readonly onPicture: (picture: ClusterPicture) => void;
  readonly onEvents: (events: readonly ClusterEvent[]) => void;
  /** A try failed, and another follows. */
  readonly onTrouble: () => void;
};

/** EventSource sends no Authorization; so the stream is read by fetch. */
const connect = async (heard: Heard, signal: AbortSignal, patience: number): Promise<void> => {
  const credential = token();
  const silence = new AbortController();
  let timer = setTimeout(() => silence.abort(), patience);
  const alive = (): void => {
    clearTimeout(timer);
    timer = setTimeout(() => silence.abort(), patience);
  };
  try {
    const response = await fetch(`/api${clusterStream.path}`, {
      headers: {
        Accept: 'text/event-stream',
        ...(credential !== undefined && { Authorization: `Token ${credential}` }),
      },
      cache: 'no-store',
      signal: AbortSignal.any([signal, silence.signal]),
    });
    if (response.status === 401 && credential !== undefined) endSession(credential);
    if (!response.ok || response.body === null) throw await problemOf(response);
    const parser = createParser({
      onEvent: ({ event, data }) => {
        if (event === 'cluster') heard.onPicture(JSON.parse(data) as ClusterPicture);
        if (event === 'events') heard.onEvents(JSON.parse(data) as ClusterEvent[]);
      },
    });
    const reader = response.body.pipeThrough(new TextDecoderStream()).getReader();
    for (;;) {
      // oxlint-disable-next-line no-await-in-loop -- parts follow one another
      const { done, value } = await reader.read();
      if (done) return;
      alive();
      parser.feed(value);
    }
  } finally {
    clearTimeout(timer);
  }
};

/** A refusal that another try will not change. */
const isFinal = (error: unknown): error is ApiProblem =>
  error instanceof ApiProblem && error.status >= 400 && error.status < 500 && error.status !== 429;

/**
 * Follows the stream, over its ends and those of whoever sends it, until the signal ends it.
 * @throws ApiProblem when it is refused for good
 */
export const follow = async (heard: Heard, signal: AbortSignal): Promise<void> => {
  let failures = 0;
  while (!signal.aborted) {
    const began = performance.now();
    let wait = times.firstPause;
    try {
      // oxlint-disable-next-line no-await-in-loop -- one after the other
      await connect(heard, signal, Math.min(times.silence * 2 ** failures, times.longestSilence));
      failures = 0;
    } catch (error) {
      if (signal.aborted) return;
      if (isFinal(error)) throw error;
      heard.onTrouble();
      // One that had been there for a while says nothing of how hard it is to get another.
      failures = performance.now() - began > times.longestSilence ? 0 : failures + 1;
      const asked = error instanceof ApiProblem ? (error.retryAfter ?? 0) * 1_000 : 0;
      wait = failures === 0 ? 0 : Math.max(asked, Math.min(times.firstPause * 2 ** failures, times.longestPause));
    }
    // oxlint-disable-next-line no-await-in-loop -- one after the other
    await pause(wait * (0.5 + Math.random()), signal).catch(() => {});
  }
};
