import { existsSync } from 'node:fs';
import { type Browser, chromium } from 'playwright-core';

const places = [
  '/usr/bin/chromium',
  '/usr/bin/chromium-browser',
  '/usr/bin/google-chrome',
  '/opt/google/chrome/chrome',
];

// Nothing but the site is to be asked for anything.
const quiet = ['--disable-background-networking', '--disable-component-update', '--disable-sync', '--disable-gpu'];

export const launchChromium = (): Promise<Browser> => {
  const executablePath = places.find((place) => existsSync(place));
  if (executablePath === undefined)
    throw new Error(`The site's tests need Chromium, which is in none of these places: ${places.join(', ')}.`);
  return chromium.launch({ executablePath, args: ['--headless', '--no-sandbox', ...quiet] });
};
