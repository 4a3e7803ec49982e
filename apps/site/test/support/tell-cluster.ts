/**
 * A program: looks at the page /cluster as the admin of SCALE_UP_SITE, as a person at a screen would, and prints a line of JSON whenever what it shows of servers is
 * another. Ends when its standard input does.
 */
import { once } from 'node:events';
import { setTimeout as sleep } from 'node:timers/promises';
import { demoSite } from '@scale-up/testing';
import { launchChromium } from './chromium.ts';
import { logIn } from './people.ts';

/** Milliseconds: a twentieth of what is to be told apart. */
const interval = 100;

// As text, because the tests' types know no DOM.
const shown = `JSON.stringify({
  servers: Object.fromEntries([...document.querySelectorAll('section.server')].map((card) => [
    card.querySelector('h2').textContent,
    ['lost', 'degraded', 'up'].find((state) => card.classList.contains(state)),
  ])),
  holder: document.querySelector('.vip-holder')?.textContent,
  isStale: document.querySelector('.picture.stale') !== null,
})`;

const site = await demoSite();
const browser = await launchChromium(site.url);
const end = new AbortController();
process.stdin.resume();
once(process.stdin, 'end').then(
  () => end.abort(),
  () => end.abort(),
);
try {
  const page = await browser.newPage({ baseURL: site.url });
  await logIn(page, site.adminEmail, site.adminPassword);
  await page.goto('/cluster');
  let last = '';
  while (!end.signal.aborted) {
    const now = await page.evaluate<string>(shown);
    if (now !== last) process.stdout.write(`${JSON.stringify({ at: Date.now(), ...(JSON.parse(now) as object) })}\n`);
    last = now;
    await sleep(interval);
  }
} finally {
  await browser.close();
  await site.stop();
}
