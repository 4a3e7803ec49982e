import { once } from 'node:events';
import { pipeline } from 'node:stream/promises';
import { imageOf, type Service } from '../../images/services.ts';
import { VerbError } from '../support/exit-codes.ts';
import { ownConnection, type Remote, script, unhurried } from '../support/ssh.ts';
import type { VerbContext } from '../support/verb.ts';

/** 60 MB over a slow line take this long at most, in milliseconds. */
const patience = 600_000;

/** The command that writes images to its output; an id outlives Docker's format. */
export const saveOnServer = (images: readonly string[]): Remote =>
  script(
    `${unhurried} podman save --quiet --multi-image-archive --format docker-archive "$@" | zstd --quiet --stdout`,
    ...images,
  );

/**
 * Copies a release's images from one server to another, through this machine: servers have no keys to each other.
 * @param from a server that has them
 * @throws VerbError with what either said
 */
export const copyImages = async (
  { servers, signal }: VerbContext,
  from: string,
  to: string,
  tag: string,
  services: readonly Service[],
): Promise<void> => {
  const save = saveOnServer(services.map((service) => `${imageOf(service)}:${tag}`));
  const load = script(`${unhurried} zstd --decompress --stdout --quiet | podman load --quiet`);
  const ends = [servers.start(from, save, ownConnection), servers.start(to, load, ownConnection)] as const;
  const [giver, taker] = ends;
  let complaint = '';
  for (const { stderr } of ends) stderr.setEncoding('utf8').on('data', (text: string) => (complaint += text));
  taker.stdout.resume();
  giver.stdin.end();
  const closed = ends.map((child) => once(child, 'close') as Promise<[number | null]>);
  const stop = (): void => ends.forEach((child) => void child.kill('SIGTERM'));
  const late = setTimeout(stop, patience);
  signal.addEventListener('abort', stop);
  try {
    // Whoever stops in the middle says why by itself.
    await pipeline(giver.stdout, taker.stdin).catch(() => {});
    const codes = (await Promise.all(closed)).map(([code]) => code);
    signal.throwIfAborted();
    if (codes.every((code) => code === 0)) return;
    throw new VerbError(`The images did not get from ${from} to ${to}: ${complaint.trim().split('\n').at(-1)}`);
  } finally {
    clearTimeout(late);
    signal.removeEventListener('abort', stop);
  }
};
