import { launch } from '../local/launch.ts';

/** What the images are of; the names are those of the folders in apps/. */
export const services = ['web', 'app', 'db-migrator'] as const;
export type Service = (typeof services)[number];

/** Services that run all the time, in the order in which a request meets them. */
export const tiers = ['web', 'app'] as const;
export type Tier = (typeof tiers)[number];

/**
 * Who the processes are: nobody else on a server has this number, and a base image need not know it by a name.
 * The Containerfiles and the role `containers` say the same; a test keeps them equal.
 */
export const userId = 10001;

/** Where a repository's files lie in an image. */
export const imageRoot = '/srv/scale-up';

/** Folders that a build made, beside what the repository itself holds. */
export const builtFolders: Readonly<Record<Service, readonly string[]>> = {
  web: ['apps/site/dist'],
  app: [],
  'db-migrator': [],
};

/** The command that an image starts with, and the variables of how Node runs, by infra/local/launch.ts. */
export const launchOf = (service: Service): { readonly command: readonly string[]; readonly env: object } =>
  service === 'db-migrator'
    ? { command: ['node', 'src/main.js'], env: {} }
    : { command: ['node', ...launch.args, 'src/server.js'], env: launch.env };

/** An image's name without its tag. Nothing looks for it in a registry: no registry is called localhost. */
export const imageOf = (service: Service): string => `localhost/scale-up/${service}`;
