import { signal } from '@preact/signals';
import { createContext } from 'preact';
import { useContext, useLayoutEffect } from 'preact/hooks';
import { place } from './location.ts';

/** The key of the place that the page shown belongs to. */
export const ShownPlace = createContext(place.peek().key);

/** What the live region says. */
export const announcement = signal('');

// The browser itself announces the first page.
let arrivedAt = place.peek().key;

const isFocusFree = (): boolean => {
  const active = document.activeElement;
  return active === null || active === document.body || active.tagName === 'MAIN' || !active.isConnected;
};

const focus = (element: HTMLElement | null): void => {
  if (element === null) return;
  if (!element.hasAttribute('tabindex')) element.tabIndex = -1;
  element.focus({ preventScroll: true });
};

let pageOfFocus = arrivedAt;

/** After a navigation whose page has no heading yet: the keyboard starts at the page's content, not at the link before. */
export const focusMain = (key: string): void => {
  if (key === arrivedAt || key === pageOfFocus) return;
  pageOfFocus = key;
  focus(document.querySelector('main'));
};

/**
 * Names the page: the document's title, and after a navigation the focus on its heading and an announcement.
 * @param title undefined while the page's content is still on its way
 */
export const useTitle = (title: string | undefined): void => {
  const key = useContext(ShownPlace);
  useLayoutEffect(() => {
    if (title === undefined) return;
    document.title = title === 'Halyard' ? 'Halyard — a journal of things that hold' : `${title} — Halyard`;
    if (arrivedAt === key) return;
    arrivedAt = key;
    announcement.value = title;
    if (pageOfFocus !== key || isFocusFree()) focus(document.querySelector<HTMLElement>('main h1'));
    pageOfFocus = key;
  }, [title, key]);
};
