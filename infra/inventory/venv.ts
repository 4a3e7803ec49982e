import { createHash } from 'node:crypto';
import { existsSync, mkdirSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { userInfo } from 'node:os';
import type { Command } from '../local/die-with-parent.ts';
import { localFolder } from '../local/paths.ts';
import { runToEnd } from '../local/run-to-end.ts';

const requirements = fileURLToPath(new URL('../requirements.txt', import.meta.url));
const venvs = `${localFolder}ansible/`;

/** What has the venv that a text of requirements asks for. */
export const venvFolder = (text: string): string =>
  `${venvs}${createHash('sha256').update(text).digest('hex').slice(0, 12)}/`;

/** The commands that make a venv: its files are those whose hashes are pinned, and none is compiled here. */
export const venvCommands = (folder: string): Command[] => [
  { command: 'python3', args: ['-m', 'venv', folder] },
  {
    command: `${folder}bin/pip`,
    args: ['install', '--quiet', '--require-hashes', '--only-binary', ':all:', '--requirement', requirements],
  },
];

/** Whether Ansible can be installed here. */
export const canMakeVenvs = async (): Promise<boolean> => {
  try {
    // Debian has Python without the part that makes venvs.
    const check = 'import sys, venv, ensurepip; sys.exit(sys.version_info < (3, 11))';
    return (await runToEnd({ command: 'python3', args: ['-c', check] }, {})).code === 0;
  } catch {
    return false;
  }
};

const needed =
  'Ansible needs Python 3.11 or newer with its venv module (Debian, Ubuntu: apt-get install python3-venv).';

const demandPython = async (say: (text: string) => void): Promise<void> => {
  if (await canMakeVenvs()) return;
  if (userInfo().uid !== 0 || !existsSync('/usr/bin/apt-get')) throw new Error(needed);
  say('Installing python3-venv, which Ansible needs …');
  const env = { ...process.env, DEBIAN_FRONTEND: 'noninteractive' };
  const { code, output } = await runToEnd(
    { command: 'apt-get', args: ['install', '-y', '-q', 'python3-venv'] },
    { env },
  );
  if (code !== 0 || !(await canMakeVenvs())) throw new Error(`${needed}\n${output.split('\n').slice(-3).join('\n')}`);
};

/**
 * Ansible, in a Python environment of this repository's own: made once, and again when infra/requirements.txt changes.
 * @param say told what takes its time
 * @returns the folder of its programs, with a slash at its end
 * @throws Error with a sentence when it cannot be made
 */
export const ensureAnsible = async (say: (text: string) => void): Promise<string> => {
  const folder = venvFolder(readFileSync(requirements, 'utf8'));
  const mark = `${folder}ready`;
  // A Python that was replaced leaves an environment whose python3 leads nowhere.
  if (existsSync(mark) && existsSync(`${folder}bin/python3`)) return `${folder}bin/`;
  await demandPython(say);
  say('Installing Ansible into .local/ansible (once, half a minute) …');
  mkdirSync(venvs, { recursive: true });
  rmSync(folder, { recursive: true, force: true });
  for (const command of venvCommands(folder)) {
    const { code, output } = await runToEnd(command, {});
    if (code !== 0) throw new Error(`Ansible cannot be installed:\n${output.split('\n').slice(-5).join('\n')}`);
  }
  writeFileSync(mark, '');
  for (const name of readdirSync(venvs)) {
    if (`${venvs}${name}/` !== folder) rmSync(`${venvs}${name}`, { recursive: true });
  }
  return `${folder}bin/`;
};
