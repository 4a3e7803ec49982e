import { mkdtempSync, rmSync } from 'node:fs';
import { mkdir, utimes, writeFile } from 'node:fs/promises';
import { createServer, type RequestListener, type Server } from 'node:http';
import { type AddressInfo, connect } from 'node:net';
import { once } from 'node:events';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { text } from 'node:stream/consumers';
import { after } from 'node:test';
import { fileURLToPath } from 'node:url';
import { type ServiceProcess, startService } from '@scale-up/testing';

export const entry = fileURLToPath(new URL('../src/server.ts', import.meta.url));

export const page = '<!doctype html><title>Trial</title><div id="site"></div>';
export const script = 'export const greeting = "hello";\n'.repeat(60);
export const scriptPath = '/assets/index-4fA_2b9c.js';

/** When every file of the folder was changed, as HTTP says it. */
export const modified = 'Wed, 01 Jul 2026 12:00:00 GMT';

// Of the whole file, whether made by a test or by a hook: an after() inside a hook would run at that hook's end.
const cleanups: (() => unknown)[] = [];
after(async () => {
  await Promise.all(cleanups.map((cleanup) => cleanup()));
});

/** A folder that is removed with the tests of a file. */
export const temporaryFolder = (): string => {
  const folder = mkdtempSync(join(tmpdir(), 'scale-up-web-'));
  cleanups.push(() => rmSync(folder, { recursive: true, force: true }));
  return folder;
};

export const writeFiles = async (folder: string, files: Record<string, string | Buffer>): Promise<void> => {
  for (const [name, content] of Object.entries(files)) {
    const path = join(folder, name);
    await mkdir(dirname(path), { recursive: true });
    await writeFile(path, content);
    await utimes(path, new Date(modified), new Date(modified));
  }
};

/** A folder as the site's build leaves it, and what else is given. */
export const siteFolder = async (files: Record<string, string | Buffer> = {}): Promise<string> => {
  const folder = temporaryFolder();
  await writeFiles(folder, { 'index.html': page, [scriptPath]: script, ...files });
  return folder;
};

/** A web process on free ports, stopped after the tests of a file. */
export const startWeb = async (env: NodeJS.ProcessEnv): Promise<ServiceProcess> => {
  const web = await startService({
    entry,
    env: { WEB_PORT: '0', WEB_OPS_PORT: '0', DRAIN_DELAY_MS: '0', APP_URL: 'http://127.0.0.1:9', ...env },
  });
  cleanups.push(() => web.stop());
  return web;
};

/** A server in app's place. */
export const startUpstream = async (listener: RequestListener): Promise<{ url: string; server: Server }> => {
  const server = createServer(listener).listen(0, '127.0.0.1');
  cleanups.push(() => {
    server.closeAllConnections();
    server.close();
  });
  await once(server, 'listening');
  return { server, url: `http://127.0.0.1:${(server.address() as AddressInfo).port}` };
};

/** An upstream that says what it was asked: method, target, length and content. */
export const startEcho = () =>
  startUpstream((asked, response) => {
    let body = '';
    asked.setEncoding('latin1').on('data', (part: string) => (body += part));
    asked.on('end', () => response.end(`${asked.method} ${asked.url} ${asked.headers['content-length']} ${body}`));
  });

/** What comes back for some bytes until the connection ends. */
export const exchange = async (url: string, bytes: string): Promise<string> => {
  const socket = connect(Number(new URL(url).port), '127.0.0.1');
  socket.write(bytes, 'latin1');
  return text(socket);
};
