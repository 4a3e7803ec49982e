import { fileURLToPath } from 'node:url';
import { run, succeeds } from '../lab/run.ts';
import { command } from '../lab/run.ts';
import { withLock } from '../lab/lock.ts';
import { localFolder, root } from '../local/paths.ts';
import { buildSite } from '../local/site-build.ts';
import { lintMigrations } from '../migrations/lint.ts';
import { provideBase } from './base.ts';
import { buildCommand, type Engine, imageId, imageSize } from './engine.ts';
import type { Release } from './release.ts';
import { imageOf, type Service } from './services.ts';
import { stage } from './staging.ts';

export type BuiltImage = { readonly name: string; readonly id: string; readonly bytes: number };

/** Marks images of this project, so that what old builds leave behind can be told from everybody else's. */
const label = 'scale-up.service';

const containerfileOf = (service: Service): string =>
  fileURLToPath(new URL(`${service}.Containerfile`, import.meta.url));

/** What must be there, and right, before an image can be made. */
const prepare = async (service: Service): Promise<void> => {
  if (service === 'web') await buildSite();
  if (service === 'db-migrator') lintMigrations(`${root}apps/db-migrator/migrations`);
};

/**
 * Builds images of what is in the working tree.
 * @param base see provideBase
 * @param say told what is being done
 */
export const buildImages = (
  engine: Engine,
  services: readonly Service[],
  release: Release,
  base: string | undefined,
  say: (line: string) => void,
): Promise<BuiltImage[]> =>
  // The folders that images are made of are the checkout's, one for each service.
  withLock(
    `${localFolder}images.lock`,
    () => say('another build of this checkout is at work; waiting for it'),
    async () => {
      const baseImage = await provideBase(engine, base, say);
      const built: BuiltImage[] = [];
      for (const service of services) {
        await prepare(service);
        built.push(await buildImage(engine, service, release, baseImage));
      }
      // Former builds of the same tag, and layers that no image has any more.
      await succeeds(command(engine.name, 'image', 'prune', '--force', '--filter', `label=${label}`));
      return built;
    },
  );

const buildImage = async (engine: Engine, service: Service, release: Release, base: string): Promise<BuiltImage> => {
  const name = `${imageOf(service)}:${release.tag}`;
  await run(
    buildCommand(engine, {
      containerfile: containerfileOf(service),
      folder: stage(service, release),
      tags: [name],
      args: { BASE: base, RELEASE: release.tag },
      labels: {
        [label]: service,
        'org.opencontainers.image.title': service,
        'org.opencontainers.image.revision': release.tag,
        'org.opencontainers.image.base.name': base,
      },
      time: release.time,
    }),
  );
  const id = await imageId(engine, name);
  if (id === undefined) throw new Error(`${engine.name} says that it built ${name}, but does not have it.`);
  return { name, id, bytes: await imageSize(engine, name) };
};
