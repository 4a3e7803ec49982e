import { signal } from '@preact/signals';

export type Notice = { id: number; text: string };

// Long enough to read two short sentences twice; errors stay where they happened and are no notices.
const shownFor = 7_000;
let last = 0;

export const notices = signal<readonly Notice[]>([]);

export const dismiss = (id: number): void => {
  notices.value = notices.peek().filter((notice) => notice.id !== id);
};

/** Tells the reader something that needs no answer. */
export const notify = (text: string): void => {
  last += 1;
  const id = last;
  notices.value = [...notices.peek().filter((notice) => notice.text !== text), { id, text }];
  setTimeout(() => dismiss(id), shownFor);
};
