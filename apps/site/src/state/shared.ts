import { type ReadonlySignal, signal } from '@preact/signals';
import { stored } from './storage.ts';

export type Shared<T> = {
  readonly state: ReadonlySignal<T>;
  /** As it is in storage this moment; another tab's change may not have been announced yet. */
  readonly latest: () => T;
  readonly change: (next: T) => void;
  readonly followOtherTabs: () => void;
};

/**
 * A state that all tabs of the browser have in common; where storage is forbidden, the page alone has it.
 * @param read makes a state of whatever is stored
 */
export const shared = <T>(name: string, read: (value: unknown) => T): Shared<T> => {
  const state = signal(read(stored.read(name)));
  let isKept = true;
  const latest = (): T => {
    if (isKept) state.value = read(stored.read(name));
    return state.peek();
  };
  return {
    state,
    latest,
    change: (next) => {
      isKept = stored.write(name, next ?? null);
      state.value = next;
    },
    followOtherTabs: () => {
      addEventListener('storage', (event) => {
        if (event.key === `halyard.${name}` || event.key === null) latest();
      });
      // A page that the browser kept for going back has missed what happened meanwhile.
      addEventListener('pageshow', (event) => {
        if (event.persisted) latest();
      });
    },
  };
};
