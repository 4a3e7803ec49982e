import type { OperationId } from '@scale-up/contract';
import { useEffect, useState } from 'preact/hooks';
import { operations, pathOf } from 'virtual:contract';
import { recoveries } from '../state/network.ts';
import { session } from '../state/session.ts';
import { rememberAnswer, rememberedAnswer } from './answers.ts';
import { type Input, type Output, call } from './call.ts';

export type Answer<T> = {
  data: T | undefined;
  /** Set only while there is nothing to show. */
  error: Error | undefined;
  retry: () => void;
  /** Puts a new state in place of the answer, after a write that returned it. */
  change: (next: (data: T) => T) => void;
};

type State<T> = { path: string; data?: T | undefined; error?: Error };

/** The answer of a reading operation, asked for again when its input or the reader changes, or the network comes back. */
export const useCall = <Id extends OperationId>(id: Id, input: Input<Id>): Answer<Output<Id>> => {
  const reader = session.value?.username ?? '';
  const path = `${reader} ${pathOf(operations[id], input as object)}`;
  const [state, setState] = useState<State<Output<Id>>>({ path });
  const [attempt, setAttempt] = useState(0);
  const current: State<Output<Id>> =
    state.path === path ? state : { path, data: rememberedAnswer(path) as Output<Id> | undefined };

  useEffect(() => {
    const controller = new AbortController();
    const ask = async (): Promise<void> => {
      try {
        const data = await call(id, input, { signal: controller.signal });
        if (controller.signal.aborted) return;
        rememberAnswer(path, data);
        setState({ path, data });
      } catch (error) {
        if (controller.signal.aborted) return;
        setState({ path, data: rememberedAnswer(path) as Output<Id> | undefined, error: error as Error });
      }
    };
    void ask();
    return () => controller.abort();
  }, [path, attempt]);

  const data = current.data ?? (rememberedAnswer(path) as Output<Id> | undefined);
  const failed = current.error !== undefined;
  const retry = (): void => {
    setState({ path, data });
    setAttempt((count) => count + 1);
  };
  const recovered = recoveries.value;
  useEffect(() => {
    if (failed) retry();
  }, [recovered]);

  return {
    data,
    error: data === undefined ? current.error : undefined,
    retry,
    change: (next) => {
      if (data === undefined) return;
      const changed = next(data);
      rememberAnswer(path, changed);
      setState({ path, data: changed });
    },
  };
};
