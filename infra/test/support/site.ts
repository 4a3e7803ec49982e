import { setTimeout as sleep } from 'node:timers/promises';
import { holderOf } from '../../local/ports.ts';

/** A block of ports for each test process, so that two runs of the tests do not meet; one above web stays free. */
const first = 27_000 + (process.pid % 500) * 10;
export const ports = { app: first, appOps: first + 1, webOps: first + 2, web: first + 3 };

/** Where a site that npm start brought up answers, unless a port was taken. */
export const site = `http://127.0.0.1:${ports.web}`;

/** The process that answers on a service's ops port, by name and id; undefined while none does. */
export const processOf = (service: 'app' | 'web'): string | undefined => {
  const holder = holderOf(service === 'app' ? ports.appOps : ports.webOps);
  return holder.includes('(process ') ? holder : undefined;
};

/** Posts JSON, and gives the status of the answer. */
export const post = async (path: string, body: unknown): Promise<number> => {
  const headers = { 'content-type': 'application/json' };
  const answer = await fetch(`${site}${path}`, { method: 'POST', headers, body: JSON.stringify(body) });
  await answer.text();
  return answer.status;
};

/**
 * Waits until something is so.
 * @throws Error naming it when it is not within the time
 */
export const within = async (seconds: number, what: string, isSo: () => boolean | Promise<boolean>): Promise<void> => {
  const deadline = performance.now() + seconds * 1000;
  while (!(await isSo())) {
    if (performance.now() > deadline) throw new Error(`not within ${seconds} s: ${what}`);
    await sleep(20);
  }
};
