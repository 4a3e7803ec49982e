import { setTimeout as sleep } from 'node:timers/promises';
import type { Layout, ServerLayout } from './layout.ts';
import { command, run } from './run.ts';

const tableOf = ({ name }: ServerLayout): string => `bridge pause-${name}`;

/** Nothing passes the cable, which stays plugged: a kernel whose cable is pulled knows of it, and begins anew when it is back. */
const rules = (server: ServerLayout): string => {
  const from = `iifname "${server.port}" drop`;
  const to = `oifname "${server.port}" drop`;
  const chain = (hook: string, ...drops: string[]): string[] => [
    `  chain ${hook} {`,
    `    type filter hook ${hook} priority 0; policy accept;`,
    ...drops.map((drop) => `    ${drop}`),
    '  }',
  ];
  const chains = [...chain('forward', from, to), ...chain('input', from), ...chain('output', to)];
  return [`table ${tableOf(server)} {`, ...chains, '}'].join('\n');
};

const load = ({ namespace }: Layout, text: string): Promise<string> =>
  run(command('ip', 'netns', 'exec', namespace, 'nft', text));

/** Lets everything pass again, whether it did or not. */
export const letPass = async (layout: Layout, server: ServerLayout): Promise<void> => {
  await load(layout, `table ${tableOf(server)}\ndelete table ${tableOf(server)}`);
};

/**
 * Lets a whole server stand still for some seconds, as a virtual machine that is moved or saved: nothing runs on it, and nothing is heard of it. (Its kernel is the
 * host's, and would go on answering.)
 * @param signal sends a signal to all of its processes
 * @returns for how many seconds nothing was heard of it
 */
export const standStill = async (
  layout: Layout,
  server: ServerLayout,
  seconds: number,
  signal: (name: 'STOP' | 'CONT') => Promise<unknown>,
): Promise<number> => {
  const begun = performance.now();
  await load(layout, rules(server));
  const silent = performance.now();
  let heard = silent;
  try {
    await signal('STOP');
    // To end it takes as long as to begin it did, and is part of it.
    await sleep(Math.max(0, seconds * 1_000 - (performance.now() - silent) - (silent - begun)));
  } finally {
    await letPass(layout, server);
    heard = performance.now();
    await signal('CONT');
  }
  return (heard - silent) / 1_000;
};
