import { setTimeout as sleep } from 'node:timers/promises';
import { VerbError } from '../support/exit-codes.ts';
import type { Servers } from '../support/servers.ts';
import { lastWords, progress, stop } from './commands.ts';

/** How far a restore is. Phases are milliseconds since 1970, by the server's clock. */
export type Progress = {
  readonly phases: Readonly<Record<string, { readonly at: number; readonly said: string }>>;
  /** Per cent of the backup's files. */
  readonly files: number;
  readonly segments: number;
  readonly isRunning: boolean;
  readonly isPrimary: boolean;
};

/** Reads what a server said. */
export const parseProgress = (text: string): Progress => {
  const lines = text.trim().split('\n');
  const valueOf = (name: string): string =>
    lines.find((line) => line.startsWith(`${name} `))?.slice(name.length + 1) ?? '';
  const phases = lines.flatMap((line) => {
    const [, seconds, phase = '', said = ''] = /^(\d+) (\S+) ?(.*)$/.exec(line) ?? [];
    return seconds === undefined ? [] : [[phase, { at: Number(seconds) * 1_000, said }] as const];
  });
  return {
    phases: Object.fromEntries(phases),
    files: Number(valueOf('files')),
    segments: Number(valueOf('segments')),
    isRunning: ['active', 'activating'].includes(valueOf('patroni')),
    isPrimary: valueOf('primary') === '200',
  };
};

/** What is told of it while it lasts. */
export const progressText = ({ phases, files, segments }: Progress): string => {
  if (phases['checked']) return 'restored and checked; Patroni starts it';
  if (phases['checking']) return 'its pages are compared with their checksums';
  if (phases['replaying']) return `WAL is replayed: ${segments} segments`;
  return phases['restoring'] ? `files: ${files} %` : 'Patroni begins';
};

/** Milliseconds between two looks, and between two words on work that is long. */
const pace = { look: 2_000, word: 10_000 };

/**
 * Waits until a server's Patroni has made a primary of a backup. There is no limit: a large database takes as long as it takes.
 * When it fails, Patroni is stopped, which would begin again and again.
 */
export const untilRestored = async (
  servers: Servers,
  { name, address }: { readonly name: string; readonly address: string },
  say: (text: string) => void,
  signal: AbortSignal,
): Promise<Progress> => {
  let last = '';
  let spoke = 0;
  for (;;) {
    await sleep(pace.look);
    if (signal.aborted) throw new VerbError(`The restore goes on without this command; the next restore begins anew.`);
    const { code, stdout } = await servers.ask(name, progress(address));
    // It may be busy; whether it is lost is not for a single look to say.
    if (code !== 0) continue;
    const now = parseProgress(stdout);
    if (now.phases['failed'] || !now.isRunning) {
      const words = await servers.ask(name, lastWords);
      await servers.ask(name, stop);
      throw new VerbError(
        `${name} could not restore it, and is stopped. It said:\n${words.stdout.trim().replaceAll(/^/gm, '  ')}`,
      );
    }
    const text = progressText(now);
    if (text !== last && Date.now() - spoke >= pace.word) {
      say(text);
      spoke = Date.now();
    }
    last = text;
    if (now.isPrimary && now.phases['checked']) return now;
  }
};
