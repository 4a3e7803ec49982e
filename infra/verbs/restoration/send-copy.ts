import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { existsSync } from 'node:fs';
import { pipeline } from 'node:stream/promises';
import { megabytes } from '../support/amounts.ts';
import { exitCodes, VerbError } from '../support/exit-codes.ts';
import type { Servers } from '../support/servers.ts';
import { script } from '../support/ssh.ts';
import { copy } from './places.ts';

const unpack = script(
  `rm -rf "$1" && install --directory --mode=0750 --owner=postgres --group=postgres "$1"
exec tar --extract --directory="$1" --no-same-owner --file=-`,
  copy,
);

/**
 * The folders of an inventory's backups in a copy of a repository.
 * @throws VerbError when they are not there
 */
export const foldersIn = (folder: string, stanza: string): string[] => {
  const folders = [`backup/${stanza}`, `archive/${stanza}`];
  const missing = folders.filter((each) => !existsSync(`${folder}/${each}`));
  if (missing.length === 0) return folders;
  throw new VerbError(`--from ${folder}: there is no ${missing.join(' and no ')} in it.`, exitCodes.usage);
};

/** Sends a copy of a repository to a server, still encrypted. */
export const sendCopy = async (
  servers: Servers,
  server: string,
  folder: string,
  stanza: string,
  say: (text: string) => void,
): Promise<string> => {
  const tar = spawn('tar', ['--create', `--directory=${folder}`, '--file=-', ...foldersIn(folder, stanza)], {
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  const there = servers.start(server, unpack);
  let said = '';
  there.stderr.setEncoding('utf8').on('data', (text: string) => (said += text));
  there.stdout.resume();
  let sent = 0;
  tar.stdout.on('data', (part: Buffer) => (sent += part.length));
  // On a long way somebody wants to know that it goes on.
  const word = setInterval(() => say(megabytes(sent)), 10_000);
  try {
    const ended = once(there, 'exit');
    await pipeline(tar.stdout, there.stdin).catch(() => {});
    const [code] = (await ended) as [number | null];
    if (code !== 0) throw new VerbError(`${server} did not take the copy: ${said.trim() || `exit code ${code}`}`);
    await servers.demand(server, script('chown -R postgres:postgres "$1"', copy));
    return megabytes(sent);
  } finally {
    clearInterval(word);
  }
};
