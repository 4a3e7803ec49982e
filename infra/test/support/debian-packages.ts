import { spawnSync } from 'node:child_process';
import { existsSync, mkdirSync, mkdtempSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { suite } from '../../lab/image-recipe.ts';
import { hostMirror } from '../../lab/mirror.ts';
import { messageOf } from '../../local/message.ts';
import { localFolder } from '../../local/paths.ts';
import { runToEnd } from '../../local/run-to-end.ts';

const keyring = '/usr/share/keyrings/debian-archive-keyring.gpg';

/**
 * Programs of the servers' Debian, whatever this host has: packages unpacked into .local, once, and not installed, since what is installed starts. They run where the
 * host's C library is no older than they ask for. Files of tests that run side by side may ask at once: each makes its own, and the first one's is kept.
 * @returns the folder that is their root, or a sentence why they cannot be had on this host
 * @throws Error where they could be had, and were not
 */
export const unpackedPackages = async (
  names: readonly string[],
): Promise<{ readonly root: string } | { readonly why: string }> => {
  const folder = `${localFolder}packages-${suite}-${names.join('-')}`;
  if (existsSync(folder)) return { root: `${folder}/` };
  if (!existsSync(keyring) || spawnSync('apt-get', ['--version']).error) return { why: 'this host is no Debian' };
  mkdirSync(localFolder, { recursive: true });
  const part = mkdtempSync(`${folder}.making-`);
  try {
    await fetch(names, part);
    if (!existsSync(folder)) renameSync(part, folder);
    return { root: `${folder}/` };
  } catch (error) {
    if (existsSync(folder)) return { root: `${folder}/` };
    throw new Error(`Debian's ${names.join(' and ')} cannot be had: ${messageOf(error)}`, { cause: error });
  } finally {
    rmSync(part, { recursive: true, force: true });
  }
};

/** apt with lists of its own: the host's are of another Debian, and none of its business. */
const fetch = async (names: readonly string[], part: string): Promise<void> => {
  for (const folder of ['lists/partial', 'cache/archives/partial', 'debs']) {
    mkdirSync(`${part}/apt/${folder}`, { recursive: true });
  }
  writeFileSync(`${part}/apt/status`, '');
  writeFileSync(
    `${part}/apt/sources.list`,
    `deb [signed-by=${keyring} target=Packages] ${hostMirror()} ${suite} main\n`,
  );
  const settings = {
    'Dir::Etc::SourceList': `${part}/apt/sources.list`,
    'Dir::Etc::SourceParts': '-',
    'Dir::State::Lists': `${part}/apt/lists`,
    'Dir::State::status': `${part}/apt/status`,
    'Dir::Cache': `${part}/apt/cache`,
    'APT::Sandbox::User': process.getuid?.() === 0 ? 'root' : '',
  };
  const options = Object.entries(settings).flatMap(([key, value]) => ['-o', `${key}=${value}`]);
  await demand('apt-get', ['-qq', ...options, 'update'], part);
  await demand('apt-get', ['-qq', ...options, 'download', ...names], `${part}/apt/debs`);
  await demand('sh', ['-c', 'for deb in apt/debs/*.deb; do dpkg-deb -x "$deb" .; done && rm -r apt'], part);
};

const demand = async (command: string, args: readonly string[], cwd: string): Promise<void> => {
  const { code, output } = await runToEnd({ command, args: [...args] }, { cwd });
  if (code !== 0) throw new Error(`${command} ${args.at(-1)}: ${output.trim().slice(-300)}`);
};
