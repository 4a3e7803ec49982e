import { createHash } from 'node:crypto';
import { copyFileSync, existsSync, mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { hostMirror } from '../lab/mirror.ts';
import { suite } from '../lab/image-recipe.ts';
import { withLock } from '../lab/lock.ts';
import { command, run } from '../lab/run.ts';
import { localFolder, root } from '../local/paths.ts';
import { messageOf } from '../local/message.ts';
import { buildCommand, type Engine, imageId } from './engine.ts';

/** Made by the Node project; with a shell, a package manager and npm. */
export const defaultBase = 'docker.io/library/node:24-trixie-slim';

/**
 * All that Node's own binary needs of Debian: no shell, no package manager, nothing else that could be run. Node brings its
 * certificates and its time zones itself.
 */
const packages = ['base-files', 'libc6', 'libgcc-s1', 'libstdc++6'] as const;

const nodePackage = (): string => `${root}node_modules/node-linux-${process.arch}`;

const nodeVersion = (): string => {
  const manifest = `${nodePackage()}/package.json`;
  if (!existsSync(manifest)) throw new Error(`There is no Node for linux-${process.arch} in node_modules: run npm ci.`);
  return (JSON.parse(readFileSync(manifest, 'utf8')) as { version: string }).version;
};

/** Kept for every checkout of this machine, or of whoever is not root. */
const cacheFolder = (): string => (process.getuid?.() === 0 ? '/var/cache/scale-up' : `${localFolder}cache`);

/** Settings under which apt works in a folder and leaves the machine's own lists alone. */
const aptSettings = (folder: string): string[] =>
  [
    `Dir::State=${folder}/state`,
    `Dir::State::status=${folder}/status`,
    `Dir::Cache=${folder}/cache`,
    `Dir::Etc::SourceList=${folder}/sources.list`,
    'Dir::Etc::SourceParts=/dev/null',
    'Acquire::Languages=none',
    'Acquire::IndexTargets::deb::DEP-11::DefaultEnabled=false',
    // Whoever runs this owns the folder, not the user _apt.
    `APT::Sandbox::User=root`,
  ].flatMap((setting) => ['-o', setting]);

/** apt's sources: the suite and its security updates. */
const sourcesList = (mirror: string): string => {
  const keys = 'signed-by=/usr/share/keyrings/debian-archive-keyring.gpg';
  return [
    `deb [${keys}] ${mirror} ${suite} main`,
    `deb [${keys}] ${mirror.replace(/\/debian$/, '/debian-security')} ${suite}-security main`,
    '',
  ].join('\n');
};

/** Downloads the packages, which apt checks against Debian's keys, and unpacks them: 4 MB, and 10 MB of lists. */
const makeRoot = async (part: string): Promise<void> => {
  const apt = `${part}/apt`;
  for (const folder of ['state/lists/partial', 'cache/archives/partial', 'debs'])
    mkdirSync(`${apt}/${folder}`, { recursive: true });
  writeFileSync(`${apt}/status`, '');
  writeFileSync(`${apt}/sources.list`, sourcesList(hostMirror()));
  await run(command('apt-get', '-qq', ...aptSettings(apt), 'update'));
  await run(command('apt-get', '-qq', ...aptSettings(apt), 'download', ...packages), { cwd: `${apt}/debs` });
  await run(
    command('sh', '-c', `for deb in "$1"/*.deb; do dpkg-deb -x "$deb" "$2"; done`, 'sh', `${apt}/debs`, `${part}/root`),
  );
  mkdirSync(`${part}/root/usr/local/bin`, { recursive: true });
  copyFileSync(`${nodePackage()}/bin/node`, `${part}/root/usr/local/bin/node`);
  rmSync(apt, { recursive: true });
};

const containerfile = `FROM scratch
COPY --chown=0:0 root/ /
ENV PATH=/usr/local/bin:/usr/bin:/bin
`;

/**
 * Makes a base image of Debian's packages and this repository's pinned Node, once.
 * @param say told when there is something to wait for
 * @returns its name
 */
export const makeLocalBase = async (engine: Engine, say: (line: string) => void): Promise<string> => {
  const version = nodeVersion();
  const recipe = JSON.stringify([suite, process.arch, version, packages, containerfile]);
  const tag = createHash('sha256').update(recipe).digest('hex').slice(0, 12);
  const image = `localhost/scale-up/base:${tag}`;
  const cache = cacheFolder();
  return withLock(
    `${cache}/base.lock`,
    () => say('another build is making the base image; waiting for it'),
    async () => {
      if (await imageId(engine, image)) return image;
      say(`making a base image of Debian ${suite}'s ${packages.join(', ')} and Node ${version}, once: half a minute`);
      const part = `${cache}/image-base-${tag}.making`;
      rmSync(part, { recursive: true, force: true });
      mkdirSync(part, { recursive: true, mode: 0o700 });
      try {
        await makeRoot(part);
        writeFileSync(`${part}/Containerfile`, containerfile);
        const labels = { 'org.opencontainers.image.title': `Node ${version} on Debian ${suite}` };
        // No commit made it: a fixed time, so that the same packages make the same image.
        await run(
          buildCommand(engine, {
            containerfile: `${part}/Containerfile`,
            folder: part,
            tags: [image],
            args: {},
            labels,
            time: 0,
          }),
        );
      } catch (error) {
        throw new Error(`The base image cannot be made here: ${messageOf(error)} Name one with --base.`, {
          cause: error,
        });
      } finally {
        rmSync(part, { recursive: true, force: true });
      }
      return image;
    },
  );
};

/**
 * Makes sure of the base image.
 * @param wanted an image's name, `local` for one that is made here, or undefined: the default, and where that cannot be
 *   had, the local one
 * @returns its name
 */
export const provideBase = async (
  engine: Engine,
  wanted: string | undefined,
  say: (line: string) => void,
): Promise<string> => {
  if (wanted === 'local') return makeLocalBase(engine, say);
  const image = wanted ?? defaultBase;
  if (await imageId(engine, image)) return image;
  try {
    // A registry that is there answers at once; where there is no way out, a few seconds must show it.
    await run(command('timeout', '120', engine.name, 'pull', '--quiet', image));
    return image;
  } catch (error) {
    if (wanted !== undefined) throw new Error(`The base image cannot be pulled: ${messageOf(error)}`, { cause: error });
    say(`${image} cannot be pulled here, so a base is taken that is made of Debian's packages`);
    return makeLocalBase(engine, say);
  }
};
