import assert from 'node:assert/strict';
import { type TestContext, after, before } from 'node:test';
import { type DemoSite, type Site, startSite } from '@scale-up/testing';
import type { Browser, ConsoleMessage, Page } from 'playwright-core';
import { launchChromium } from './chromium.ts';

type Look = {
  colorScheme?: 'light' | 'dark';
  width?: number;
  height?: number;
  /** A fault that the test itself makes. */
  expected?: RegExp;
};
type Visit = {
  page: Page;
  /** Loads an address of the site and waits until it asks for nothing more. */
  go: (path: string) => Promise<void>;
};

// Faults that the API answers and the absence of a network are the site's to show; the browser mentions them all the same.
const isExpected = (message: ConsoleMessage): boolean =>
  message.text().startsWith('Failed to load resource') &&
  (message.location().url.includes('/api/') || message.text().includes('ERR_INTERNET_DISCONNECTED'));

/** A running site of the file's own and a browser for its tests. */
export const siteWithVisitors = () => visitorsOf<Site>(startSite);

/** The same with a site that is started, or found, in another way. */
export const visitorsOf = <Started extends DemoSite>(start: () => Promise<Started>) => {
  let site: Started;
  let browser: Browser;
  before(async () => {
    site = await start();
    browser = await launchChromium(site.url);
  });
  after(async () => {
    await browser?.close();
    await site?.stop();
  });

  /** A fresh visitor. The test fails when the console shows an error or a request leaves the site. */
  const visit = async (
    t: TestContext,
    { colorScheme = 'light', width = 1280, height = 800, expected }: Look = {},
  ): Promise<Visit> => {
    const context = await browser.newContext({ colorScheme, viewport: { width, height }, baseURL: site.url });
    const page = await context.newPage();
    const faults: string[] = [];
    page.setDefaultTimeout(15_000);
    page.on('pageerror', (error) => faults.push(`error: ${error.message}`));
    page.on('console', (message) => {
      const text = `${message.text()} ${message.location().url}`;
      if (message.type() === 'error' && !isExpected(message) && !expected?.test(text)) faults.push(text);
    });
    context.on('request', (request) => {
      if (!request.url().startsWith(site.url) && !request.url().startsWith('data:'))
        faults.push(`left the site: ${request.url()}`);
    });
    t.after(async () => {
      await context.close();
      assert.deepEqual(faults, []);
    });
    return {
      page,
      go: async (path) => {
        await page.goto(path);
        await page.waitForLoadState('networkidle');
      },
    };
  };

  return { visit, site: () => site };
};
