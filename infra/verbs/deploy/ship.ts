import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { createReadStream, createWriteStream, mkdirSync, rmSync, statSync } from 'node:fs';
import { pipeline } from 'node:stream/promises';
import { createZstdCompress } from 'node:zlib';
import { type Engine, imageId } from '../../images/engine.ts';
import { imageOf, imageRoot, type Service, services } from '../../images/services.ts';
import type { Command } from '../../local/die-with-parent.ts';
import { localFolder } from '../../local/paths.ts';
import { run } from '../../lab/run.ts';
import { VerbError } from '../support/exit-codes.ts';
import type { Servers } from '../support/servers.ts';
import { ownConnection, script, unhurried } from '../support/ssh.ts';
import type { VerbContext } from '../support/verb.ts';

/** So many servers are sent to at once: more would only share the same way out of here. */
const atOnce = 4;
/** An operator's slow line sends 60 MB within this time, in milliseconds. */
const patience = 600_000;

/** The command that writes images, with what they share once, to its output. */
export const saveCommand = ({ name }: Engine, images: readonly string[]): Command => ({
  command: name,
  args:
    name === 'podman'
      ? ['save', '--multi-image-archive', '--format', 'docker-archive', ...images]
      : ['save', ...images],
});

/** Ids of a release's images that are here. */
export const localImages = async (engine: Engine, tag: string): Promise<Partial<Record<Service, string>>> => {
  const found = await Promise.all(
    services.map(async (service) => [service, await imageId(engine, `${imageOf(service)}:${tag}`)] as const),
  );
  return Object.fromEntries(found.filter(([, id]) => id !== undefined));
};

/** Writes images into one compressed file, and gives its name. */
const archive = async (engine: Engine, images: readonly string[], file: string): Promise<void> => {
  const { command, args } = saveCommand(engine, images);
  const child = spawn(command, args, { stdio: ['ignore', 'pipe', 'pipe'] });
  let complaint = '';
  child.stderr.setEncoding('utf8').on('data', (text: string) => (complaint += text));
  const exited = once(child, 'close') as Promise<[number | null]>;
  await pipeline(child.stdout, createZstdCompress(), createWriteStream(file));
  const [code] = await exited;
  if (code !== 0)
    throw new VerbError(`${command} cannot save ${images.join(', ')}: ${complaint.trim().split('\n').at(-1)}`);
};

/** Sends an archive to a server, which loads it as it comes. */
const send = async (servers: Servers, server: string, file: string, signal: AbortSignal): Promise<void> => {
  const child = servers.start(
    server,
    script(`${unhurried} zstd --decompress --stdout --quiet | podman load --quiet`),
    ownConnection,
  );
  let complaint = '';
  child.stderr.setEncoding('utf8').on('data', (text: string) => (complaint += text));
  child.stdout.resume();
  const closed = once(child, 'close') as Promise<[number | null]>;
  const late = setTimeout(() => child.kill('SIGKILL'), patience);
  const stop = (): void => void child.kill('SIGTERM');
  signal.addEventListener('abort', stop);
  try {
    // A server that stops reading says why by itself.
    await pipeline(createReadStream(file), child.stdin).catch(() => {});
    const [code] = await closed;
    signal.throwIfAborted();
    if (code !== 0) throw new VerbError(`${server} did not take the images: ${complaint.trim().split('\n').at(-1)}`);
  } finally {
    clearTimeout(late);
    signal.removeEventListener('abort', stop);
  }
};

/** Does work for each of several, some at once. */
const forEach = async <Item>(items: readonly Item[], work: (item: Item) => Promise<void>): Promise<void> => {
  const queue = [...items];
  const worker = async (): Promise<void> => {
    for (let item = queue.shift(); item !== undefined; item = queue.shift()) await work(item);
  };
  await Promise.all(Array.from({ length: atOnce }, worker));
};

/**
 * Sends images to the servers that lack them, over SSH.
 * @param lacked which services each server lacks
 */
export const sendImages = async (
  { servers, report, signal }: VerbContext,
  engine: Engine,
  tag: string,
  lacked: ReadonlyMap<string, readonly string[]>,
): Promise<void> => {
  const folder = `${localFolder}images/`;
  mkdirSync(folder, { recursive: true });
  // Servers of the same groups lack the same.
  for (const set of new Set([...lacked.values()].map((names) => names.join(' ')))) {
    const file = `${folder}${tag}.${process.pid}.tar.zst`;
    const images = set.split(' ').map((service) => `${imageOf(service as Service)}:${tag}`);
    const takers = [...lacked].filter(([, names]) => names.join(' ') === set).map(([server]) => server);
    try {
      await archive(engine, images, file);
      const size = `${Math.round(statSync(file).size / 1_000_000)} MB`;
      await report.step(takers.join(', '), `send ${set.replaceAll(' ', ', ')} (${size})`, () =>
        forEach(takers, (server) => send(servers, server, file, signal)),
      );
    } finally {
      rmSync(file, { force: true });
    }
  }
};

/** The same through a registry, which the servers and this machine are logged in to. */
export const sendThroughRegistry = async (
  { servers, report }: VerbContext,
  engine: Engine,
  registry: string,
  tag: string,
  lacked: ReadonlyMap<string, readonly string[]>,
): Promise<void> => {
  const all = [...new Set([...lacked.values()].flat())] as Service[];
  await report.step('', `push ${all.join(', ')} to ${registry}`, async () => {
    for (const service of all) {
      const remoteName = `${registry}/${service}:${tag}`;
      await run({ command: engine.name, args: ['tag', `${imageOf(service)}:${tag}`, remoteName] });
      await run({ command: engine.name, args: ['push', '--quiet', remoteName] });
    }
  });
  await report.step([...lacked.keys()].join(', '), 'pull them', () =>
    forEach([...lacked], async ([server, names]) => {
      for (const service of names as Service[]) {
        const text = `${unhurried} podman pull --quiet "$1" && podman tag "$1" "$2"`;
        const pull = script(text, `${registry}/${service}:${tag}`, `${imageOf(service)}:${tag}`);
        await servers.demand(server, { ...pull, timeout: patience });
      }
    }),
  );
};

/** As many releases' assets as a page stays open for, and more: a megabyte each. */
const keptReleases = 10;

const assets = `
folder=/var/lib/scale-up/assets image=localhost/scale-up/web:$1
if [ ! -d "$folder/$1" ]; then
  rm -rf "$folder/.$1"
  mounted=$(podman image mount "$image")
  cp --recursive --preserve=timestamps "$mounted$2" "$folder/.$1"
  podman image unmount "$image" >/dev/null
  chmod -R u=rwX,go=rX "$folder/.$1"
  mv "$folder/.$1" "$folder/$1"
fi
touch "$folder/$1"
ls -t "$folder" | tail -n "+$(($3 + 1))" | while read -r old; do rm -rf "\${folder:?}/$old"; done
`;

/**
 * Puts a release's assets where every web server serves them, before any instance runs it: a page of the new release may ask an
 * instance of the old one for them. Those of earlier releases stay, for pages that are open.
 * @param among only on these servers
 */
export const placeAssets = async (
  { servers, inventory, report }: VerbContext,
  tag: string,
  among: readonly string[] = inventory.groups.web,
): Promise<void> => {
  const names = inventory.groups.web.filter((name) => among.includes(name));
  if (names.length === 0) return;
  await report.step(names.join(', '), 'place its assets beside those of earlier releases', async () => {
    const command = script(assets, tag, `${imageRoot}/apps/site/dist/assets`, String(keptReleases));
    await Promise.all(names.map((server) => servers.demand(server, command)));
  });
};
