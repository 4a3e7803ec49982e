import assert from 'node:assert/strict';
import { setTimeout as sleep } from 'node:timers/promises';
import type { Locator, Page } from 'playwright-core';

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

export const hasFocus = async (field: Locator): Promise<boolean> =>
  (await field.getAttribute('id')) === (await field.page().evaluate<string>('document.activeElement?.id ?? ""'));

/** Waits for a state of the page; Playwright's own waiting evaluates text, which the site's policy forbids. */
export const until = async (isSo: () => Promise<boolean>, seconds = 10): Promise<void> => {
  const deadline = Date.now() + seconds * 1000;
  // oxlint-disable-next-line no-await-in-loop -- asked again and again
  while (!(await isSo())) {
    assert.ok(Date.now() < deadline, `not so within ${seconds} s: ${isSo}`);
    // oxlint-disable-next-line no-await-in-loop -- asked again and again
    await sleep(50);
  }
};

/** Everything that the browser says aloud without being asked. */
export const announced = (page: Page): Promise<string[]> => page.getByRole('status').allInnerTexts();
