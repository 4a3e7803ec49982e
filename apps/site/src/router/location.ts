import { signal } from '@preact/signals';
import { mayLeave } from './guard.ts';
import { rememberScroll } from './scroll.ts';

type Entry = { key: string; index: number };
export type Place = Entry & { url: URL; arrival: 'first' | 'link' | 'history' };

const newEntry = (index: number): Entry => ({ key: `${Date.now()}-${Math.random()}`, index });
const entryOf = (state: unknown): Entry | undefined => {
  const entry = state as Partial<Entry> | null;
  return typeof entry?.key === 'string' && typeof entry.index === 'number' ? (entry as Entry) : undefined;
};
const here = (): URL => new URL(location.href);

const first = entryOf(history.state) ?? newEntry(0);

/** Where the reader is. */
export const place = signal<Place>({ ...first, url: here(), arrival: 'first' });

/** Goes to an address of this site. */
export const navigate = (href: string, { replace = false } = {}): void => {
  if (!mayLeave()) return;
  const { key, index } = place.peek();
  rememberScroll(key);
  const entry = newEntry(replace ? index : index + 1);
  history[replace ? 'replaceState' : 'pushState'](entry, '', href);
  place.value = { ...entry, url: here(), arrival: 'link' };
};

let isReturning = false;

const onPopState = (event: PopStateEvent): void => {
  const from = place.peek();
  const entry = entryOf(event.state);
  // A link to a heading of the same page, which the browser follows by itself.
  if (entry === undefined && location.pathname === from.url.pathname && location.search === from.url.search) return;
  if (isReturning) {
    isReturning = false;
    return;
  }
  const to = entry ?? newEntry(from.index + 1);
  if (!mayLeave()) {
    // The address has changed already; take it back.
    isReturning = true;
    history.go(from.index - to.index);
    return;
  }
  rememberScroll(from.key);
  place.value = { ...to, url: here(), arrival: 'history' };
};

export const startRouter = (): void => {
  history.scrollRestoration = 'manual';
  history.replaceState(first, '');
  addEventListener('popstate', onPopState);
  addEventListener('pagehide', () => rememberScroll(place.peek().key));
};
