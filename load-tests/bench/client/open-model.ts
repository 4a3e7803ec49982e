import { once } from 'node:events';
import { spawn } from 'node:child_process';
import { text } from 'node:stream/consumers';
import { fileURLToPath } from 'node:url';
import { dyingWithParent } from '@scale-up/infra/local/die-with-parent.ts';
import { pinnedTo } from '../programs/pinned.ts';
import type { Answered } from './answered.ts';

const sender = fileURLToPath(new URL('sender.ts', import.meta.url));

/**
 * Asks at a rate, whether or not earlier requests are answered, each timed from when it was due: whoever makes others wait pays for it. k6 does the same with
 * visitors, and takes more of a core for a request than app does.
 * @param rate requests a second
 * @throws Error when an answer was an error, or the sender could not keep to the rate
 */
export const askAtRate = async (
  url: string,
  rate: number,
  seconds: number,
  headers: Readonly<Record<string, string>> = {},
): Promise<Answered> => {
  const args = ['--disable-warning=ExperimentalWarning', sender, url, String(rate), String(seconds)];
  const launch = dyingWithParent('SIGTERM', pinnedTo('others', { command: process.execPath, args }));
  // Headers may hold a token: nothing for a list of processes.
  const env = { ...process.env, SENDER_HEADERS: JSON.stringify(headers) };
  const child = spawn(launch.command, launch.args, { env, stdio: ['ignore', 'pipe', 'inherit'] });
  const [output, [code]] = await Promise.all([text(child.stdout), once(child, 'close') as Promise<[number | null]>]);
  if (code !== 0) throw new Error(`${url} was not asked ${rate} times a second: ${output}`);
  return JSON.parse(output) as Answered;
};
