import { createHash, X509Certificate } from 'node:crypto';
import { once } from 'node:events';
import { existsSync } from 'node:fs';
import { connect } from 'node:tls';
import { type Browser, chromium } from 'playwright-core';

const places = [
  '/usr/bin/chromium',
  '/usr/bin/chromium-browser',
  '/usr/bin/google-chrome',
  '/opt/google/chrome/chrome',
];

// Nothing but the site is to be asked for anything.
const quiet = ['--disable-background-networking', '--disable-component-update', '--disable-sync', '--disable-gpu'];

/**
 * Chromium knows nothing of the authorities that Node was given (NODE_EXTRA_CA_CERTS). It is told the key of the certificate that Node
 * has verified, and takes no other.
 */
const trustOf = async (url: string): Promise<string[]> => {
  const { protocol, hostname, port } = new URL(url);
  if (protocol !== 'https:') return [];
  const socket = connect({ host: hostname, port: Number(port || 443) });
  await once(socket, 'secureConnect');
  const { raw } = socket.getPeerCertificate();
  socket.destroy();
  const key = new X509Certificate(raw).publicKey.export({ type: 'spki', format: 'der' });
  return [`--ignore-certificate-errors-spki-list=${createHash('sha256').update(key).digest('base64')}`];
};

/**
 * Starts a browser.
 * @param url the site that it will visit
 */
export const launchChromium = async (url: string): Promise<Browser> => {
  const executablePath = places.find((place) => existsSync(place));
  if (executablePath === undefined)
    throw new Error(`The site's tests need Chromium, which is in none of these places: ${places.join(', ')}.`);
  return chromium.launch({ executablePath, args: ['--headless', '--no-sandbox', ...quiet, ...(await trustOf(url))] });
};
