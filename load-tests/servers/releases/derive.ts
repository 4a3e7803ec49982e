import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { buildCommand, type Engine, findEngine } from '@scale-up/infra/images/engine.ts';
import { imageOf, imageRoot, type Service, services } from '@scale-up/infra/images/services.ts';
import { command, run, succeeds } from '@scale-up/infra/lab/run.ts';
import { currentRelease } from '@scale-up/infra/verbs/deploy/plan.ts';
import { readFleet, releaseServers } from '@scale-up/infra/verbs/deploy/fleet.ts';
import type { ServersSite } from '../servers-site.ts';
import { type Fault, preloads } from './preload.ts';

/** How a release differs from the one that it is made of. */
export type Change = {
  readonly fault?: Fault;
  /** SQL of one more migration, and its number. */
  readonly migration?: { readonly version: number; readonly sql: string };
};

const preload = '/srv/preload.mjs';

/** The Containerfile that makes an image of another release's, and the files beside it. */
export const recipeOf = (
  service: Service,
  from: string,
  tag: string,
  entrypoint: readonly string[],
  { fault, migration }: Change,
): { readonly containerfile: string; readonly files: Readonly<Record<string, string>> } => {
  const lines = [`FROM ${from}`, `ENV RELEASE=${tag}`];
  const files: Record<string, string> = {};
  if (service === 'app' && fault !== undefined) {
    files['preload.mjs'] = preloads[fault];
    const [program = 'node', ...rest] = entrypoint;
    // The units' environment has NODE_OPTIONS of its own.
    lines.push(
      `COPY --chown=0:0 preload.mjs ${preload}`,
      `ENTRYPOINT ${JSON.stringify([program, `--import=${preload}`, ...rest])}`,
    );
  }
  if (service === 'db-migrator' && migration) {
    const name = `${String(migration.version).padStart(3, '0')}.do.marks.sql`;
    files[name] = migration.sql;
    lines.push(`COPY --chown=0:0 ${name} ${imageRoot}/apps/db-migrator/migrations/${name}`);
  }
  return { containerfile: `${lines.join('\n')}\n`, files };
};

/** The release that every server runs. */
export const runningRelease = async ({ servers, inventory }: ServersSite): Promise<string> => {
  const tag = currentRelease(await readFleet(servers, releaseServers(inventory)));
  if (tag === undefined) throw new Error('no release was ever completed: npx nx deploy infra');
  return tag;
};

const entrypointOf = async ({ name }: Engine, image: string): Promise<string[]> =>
  JSON.parse(
    await run(command(name, 'image', 'inspect', '--format', '{{json .Config.Entrypoint}}', image)),
  ) as string[];

const deriveImage = async (
  engine: Engine,
  service: Service,
  from: string,
  tag: string,
  change: Change,
): Promise<void> => {
  const image = `${imageOf(service)}:${from}`;
  const { containerfile, files } = recipeOf(service, image, tag, await entrypointOf(engine, image), change);
  const folder = mkdtempSync(join(tmpdir(), 'scale-up-release-'));
  try {
    for (const [name, text] of Object.entries({ ...files, Containerfile: containerfile })) {
      writeFileSync(join(folder, name), text, { mode: 0o644 });
    }
    const tags = [`${imageOf(service)}:${tag}`];
    await run(
      buildCommand(engine, {
        containerfile: join(folder, 'Containerfile'),
        folder,
        tags,
        args: {},
        labels: { 'scale-up.service': service },
        time: Math.floor(Date.now() / 1_000),
      }),
    );
  } finally {
    rmSync(folder, { recursive: true });
  }
};

/**
 * Makes a release of the one that runs, in seconds: its images with something put on top.
 * @throws Error when this machine does not have the running one's images
 */
export const deriveRelease = async (from: string, tag: string, change: Change): Promise<void> => {
  const engine = await findEngine(() => {});
  for (const service of services) {
    const image = `${imageOf(service)}:${from}`;
    if (!(await succeeds(command(engine.name, 'image', 'inspect', image))))
      throw new Error(`${image} is not on this machine, which ${from} was not deployed from: deploy it from here`);
    await deriveImage(engine, service, from, tag, change);
  }
};

/** Takes a release's images away from this machine. */
export const forgetRelease = async (tag: string): Promise<void> => {
  const engine = await findEngine(() => {});
  await succeeds(command(engine.name, 'rmi', ...services.map((service) => `${imageOf(service)}:${tag}`)));
};
