import { setTimeout as sleep } from 'node:timers/promises';

/** Where a site that npm start brought up answers, unless a port was taken. */
export const site = 'http://127.0.0.1:28080';
const opsOf = { app: 'http://127.0.0.1:28190', web: 'http://127.0.0.1:28180' };

/** When a service's process began, in seconds since 1970: another time, another process. */
export const startTimeOf = async (service: keyof typeof opsOf): Promise<string> => {
  const metrics = await (await fetch(`${opsOf[service]}/metrics`)).text();
  return /^process_start_time_seconds\S* (\S+)/m.exec(metrics)?.[1] ?? '';
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
