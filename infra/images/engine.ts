import { existsSync, readFileSync } from 'node:fs';
import type { Command } from '../local/die-with-parent.ts';
import { command, run, succeeds } from '../lab/run.ts';

/** What builds and keeps images here. */
export type Engine = { readonly name: 'podman' | 'docker' };

/** Podman from Debian wants a runtime; runc is the one that starts containers on old and mixed hierarchies of control groups. */
const packages = ['podman', 'runc'];

const isInstallable = (): boolean =>
  process.getuid?.() === 0 &&
  existsSync('/etc/os-release') &&
  /^ID(_LIKE)?=.*debian/m.test(readFileSync('/etc/os-release', 'utf8'));

/**
 * Finds Podman or a Docker that answers; as root on Debian it installs Podman.
 * @param say told when it does
 * @throws Error with what to do
 */
export const findEngine = async (say: (line: string) => void): Promise<Engine> => {
  if (await succeeds(command('podman', '--version'))) return { name: 'podman' };
  // Its client alone builds nothing.
  if (await succeeds(command('docker', 'info'))) return { name: 'docker' };
  const wanted = 'Images are built with Podman, or a Docker whose daemon runs; neither is here.';
  if (!isInstallable()) throw new Error(`${wanted} Install Podman (https://podman.io).`);
  say(`installing ${packages.join(' and ')} with apt-get`);
  const env = { ...process.env, DEBIAN_FRONTEND: 'noninteractive' };
  await run(command('apt-get', '-qq', 'update'), { env });
  await run(command('apt-get', '-qq', 'install', '-y', '--no-install-recommends', ...packages), { env });
  return { name: 'podman' };
};

/** What an image is built from. */
export type Build = {
  readonly containerfile: string;
  /** The folder that COPY sees. */
  readonly folder: string;
  readonly tags: readonly string[];
  readonly args: Readonly<Record<string, string>>;
  readonly labels: Readonly<Record<string, string>>;
  /** Seconds since 1970, for the image and every file in it: the same sources make the same image again. */
  readonly time: number;
};

/** The command that builds an image. */
export const buildCommand = ({ name }: Engine, build: Build): Command => {
  const pairs = (flag: string, values: Readonly<Record<string, string>>): string[] =>
    Object.entries(values).flatMap(([key, value]) => [flag, `${key}=${value}`]);
  const own =
    name === 'podman'
      ? // Docker's format keeps its id when it is saved and loaded elsewhere.
        ['--format', 'docker', '--timestamp', String(build.time), '--pull=never']
      : ['--build-arg', `SOURCE_DATE_EPOCH=${build.time}`];
  return command(
    name,
    'build',
    ...own,
    ...pairs('--build-arg', build.args),
    ...pairs('--label', build.labels),
    ...build.tags.flatMap((tag) => ['--tag', tag]),
    '--file',
    build.containerfile,
    build.folder,
  );
};

/** The id of an image, which names all of its content; undefined when it is not here. */
export const imageId = async ({ name }: Engine, image: string): Promise<string | undefined> => {
  if (!(await succeeds(command(name, 'image', 'inspect', image)))) return undefined;
  const id = await run(command(name, 'image', 'inspect', '--format', '{{.Id}}', image));
  return id.replace(/^sha256:/, '');
};

/** Bytes that an image takes, those of its base included. */
export const imageSize = async ({ name }: Engine, image: string): Promise<number> =>
  Number(await run(command(name, 'image', 'inspect', '--format', '{{.Size}}', image)));
