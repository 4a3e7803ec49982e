import type { Page } from 'playwright-core';

// As text, because the tests' types know no DOM.

export const scrolledTo = (page: Page): Promise<number> => page.evaluate<number>('Math.round(scrollY)');

export const scrollTo = (page: Page, top: number): Promise<unknown> => page.evaluate(`scrollTo(0, ${top})`);

/** By how many pixels the page is wider than the window. */
export const overflow = (page: Page): Promise<number> =>
  page.evaluate<number>('document.documentElement.scrollWidth - document.documentElement.clientWidth');

export const focusedText = (page: Page): Promise<string> =>
  page.evaluate<string>(
    '(document.activeElement?.getAttribute("aria-label") ?? document.activeElement?.textContent ?? "").trim()',
  );

export const focusedTag = (page: Page): Promise<string> =>
  page.evaluate<string>('document.activeElement?.tagName ?? ""');

/** Everything that the browser says aloud without being asked. */
export const announced = (page: Page): Promise<string[]> => page.getByRole('status').allInnerTexts();
