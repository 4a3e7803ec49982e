import { existsSync, mkdirSync, renameSync, rmSync } from 'node:fs';
import { localFolder } from '@scale-up/infra/local/paths.ts';
import { messageOf } from '@scale-up/infra/local/message.ts';
import { runToEnd } from '@scale-up/infra/local/run-to-end.ts';
import type { Command } from '@scale-up/infra/local/die-with-parent.ts';

/** Debian's packages, unpacked rather than installed: one that is installed starts at once and holds port 80. */
const packages = ['nginx', 'wrk', 'libluajit-5.1-2'] as const;

const folder = `${localFolder}bench-tools/`;
const libraries = (): string => `${folder}usr/lib/${process.arch === 'arm64' ? 'aarch64' : 'x86_64'}-linux-gnu`;

const demand = async (command: Command, cwd: string): Promise<void> => {
  const { code, output } = await runToEnd(command, { cwd });
  if (code !== 0) throw new Error(`${command.command} ${command.args.join(' ')}: ${output.slice(-500)}`);
};

export class ToolsMissing extends Error {}

/**
 * Makes sure of nginx and wrk, from Debian's packages.
 * @throws ToolsMissing with a sentence where they cannot be had
 */
export const provideTools = async (): Promise<void> => {
  if (existsSync(folder)) return;
  const part = `${folder.slice(0, -1)}.making`;
  rmSync(part, { recursive: true, force: true });
  mkdirSync(`${part}/debs`, { recursive: true });
  try {
    if (process.getuid?.() === 0) await demand({ command: 'apt-get', args: ['-qq', 'update'] }, part);
    await demand(
      { command: 'apt-get', args: ['-qq', '-o', 'APT::Sandbox::User=root', 'download', ...packages] },
      `${part}/debs`,
    );
    await demand({ command: 'sh', args: ['-c', 'for deb in debs/*.deb; do dpkg-deb -x "$deb" .; done'] }, part);
  } catch (error) {
    const names = packages.join(', ');
    throw new ToolsMissing(`Debian's packages ${names} are needed, and cannot be had: ${messageOf(error)}`, {
      cause: error,
    });
  }
  renameSync(part, folder);
};

/** Where the programs are, and the environment that they need. */
export const tools = {
  nginx: `${folder}usr/sbin/nginx`,
  wrk: `${folder}usr/bin/wrk`,
  env: (): NodeJS.ProcessEnv => ({ ...process.env, LD_LIBRARY_PATH: libraries() }),
};
