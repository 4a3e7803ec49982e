import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after } from 'node:test';
import { fileURLToPath } from 'node:url';
import type { Servers } from '../../verbs/support/servers.ts';
import { fakeServers } from './fake-servers.ts';

const program = fileURLToPath(new URL('journalctl.ts', import.meta.url));

/** Whose line it is. */
const serverOf = (line: string): unknown => (JSON.parse(line) as Record<string, unknown>)['_HOSTNAME'];

/** Lines of journals that were recorded, as text; `_HOSTNAME` says whose. */
export const recorded = (name: string): string[] =>
  readFileSync(new URL(`../verbs/explain/journals/${name}.jsonl`, import.meta.url), 'utf8')
    .split('\n')
    .filter(Boolean);

/**
 * Three servers of this machine that have journals; see fake-ssh.ts and journalctl.ts. They are gone with the test file.
 * @param lines as text; `_HOSTNAME` says whose
 * @param down servers that do not answer
 */
export const serversWith = (lines: readonly string[], down: readonly string[] = []): Servers => {
  const folder = mkdtempSync(join(tmpdir(), 'scale-up-journals-'));
  after(() => rmSync(folder, { recursive: true, force: true }));
  const names = ['s1', 's2', 's3'];
  for (const name of names) {
    mkdirSync(join(folder, name));
    const own = lines.filter((line) => serverOf(line) === name);
    writeFileSync(join(folder, name, 'journal.jsonl'), own.map((line) => `${line}\n`).join(''));
    if (down.includes(name)) writeFileSync(join(folder, name, 'down'), '');
  }
  mkdirSync(join(folder, 'bin'));
  writeFileSync(join(folder, 'bin/journalctl'), `#!/bin/sh\nexec '${process.execPath}' '${program}' "$@"\n`, {
    mode: 0o755,
  });
  return fakeServers(folder, names);
};
