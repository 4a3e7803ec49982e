import { root } from '@scale-up/infra/local/paths.ts';
import { testCluster } from './cluster.ts';
import { type ServiceProcess, startService } from './process.ts';
import { createTestDatabase, type TestDatabase } from './test-database.ts';

export type Site = {
  /** Where web answers. */
  readonly url: string;
  readonly app: ServiceProcess;
  readonly web: ServiceProcess;
  readonly database: TestDatabase;
  readonly adminEmail: string;
  readonly adminPassword: string;
  readonly customerEmail: string;
  readonly customerPassword: string;
  /** Ends both processes and drops the database; fails when either did not end with 0 or left a connection behind. */
  readonly stop: () => Promise<void>;
};

export type SiteOptions = {
  /** What is in the database; the demo by default. */
  readonly content?: 'migrated' | 'demo';
  /** Variables of app and web beside those a test site needs. */
  readonly env?: NodeJS.ProcessEnv;
};

/** The whole site as its users have it: web in front of app in front of PostgreSQL, real processes, free ports. */
export const startSite = async ({ content = 'demo', env = {} }: SiteOptions = {}): Promise<Site> => {
  const { secrets } = testCluster();
  const database = await createTestDatabase(content);
  const common = { DRAIN_DELAY_MS: '0', ...env };
  const app = await startService({
    entry: `${root}apps/app/src/server.ts`,
    env: {
      APP_PORT: '0',
      APP_OPS_PORT: '0',
      DATABASE_URL: database.appUrl,
      REDIS_URL: '',
      REDIS_SENTINELS: '',
      TOKEN_SECRET: secrets.token,
      TRUSTED_PROXIES: '127.0.0.1',
      // Every test is the same client.
      LOGIN_LIMIT_PER_MINUTE: '100000',
      REGISTRATION_LIMIT_PER_HOUR: '100000',
      ...common,
    },
  });
  const web = await startService({
    entry: `${root}apps/web/src/server.ts`,
    env: { WEB_PORT: '0', WEB_OPS_PORT: '0', TRUSTED_PROXIES: '', APP_URL: app.url, ...common },
  });
  return {
    url: web.url,
    app,
    web,
    database,
    adminEmail: 'admin@example.com',
    adminPassword: secrets.demo,
    customerEmail: 'reader@example.com',
    customerPassword: secrets.demo,
    stop: async () => {
      const exits = [await web.stop(), await app.stop()];
      await database.drop();
      if (exits.some(({ code }) => code !== 0)) throw new Error(`web and app ended with ${JSON.stringify(exits)}`);
    },
  };
};

/** A site with the demo content, of which nobody asks where it runs. */
export type DemoSite = Pick<Site, 'url' | 'adminEmail' | 'adminPassword'> & { readonly stop: () => Promise<void> };

/** Names a site that runs already, as JSON: where it is, and who its admin is. */
export const siteVariable = 'SCALE_UP_SITE';

/** The site that SCALE_UP_SITE names, which is left as it is, with what was added; otherwise one of the test's own. */
export const demoSite = async (): Promise<DemoSite> => {
  const given = process.env[siteVariable];
  if (given === undefined) return startSite();
  return { ...(JSON.parse(given) as Omit<DemoSite, 'stop'>), stop: async () => {} };
};
