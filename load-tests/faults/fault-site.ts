import { openDatabase } from '@scale-up/database';
import { createRoles } from '@scale-up/infra/local/database-roles.ts';
import { runMigrator } from '@scale-up/infra/local/migrate.ts';
import { root } from '@scale-up/infra/local/paths.ts';
import { makeSecrets } from '@scale-up/infra/local/secrets.ts';
import { type ServiceProcess, startService } from '@scale-up/testing';
import { PostgresServer } from './postgres-server.ts';
import { Relay, type RelayOptions } from './relay.ts';

export type FaultSiteOptions = {
  /** Instances of app; one by default. */
  readonly instances?: number;
  /** Variables of app beside those it needs. */
  readonly env?: NodeJS.ProcessEnv;
  /** The same of web. */
  readonly webEnv?: NodeJS.ProcessEnv;
  /** Sees what goes between app and PostgreSQL. */
  readonly watch?: RelayOptions['watch'];
  /** Settings of PostgreSQL. */
  readonly settings?: Record<string, string>;
};

/**
 * The site with a relay in every place where something can break: web → relay → app instances → relay → PostgreSQL. Real processes, nothing
 * shared with other runs.
 */
export class FaultSite {
  readonly postgres: PostgresServer;
  readonly databaseRelay: Relay;
  readonly appRelay: Relay;
  readonly apps: ServiceProcess[] = [];
  web!: ServiceProcess;
  ownerUrl = '';
  adminUrl = '';
  /** Where the database relay goes: changed by a fail-over. */
  primary: PostgresServer;
  readonly #secrets = makeSecrets();
  readonly #options: FaultSiteOptions;
  #databaseUrl = '';

  private constructor(postgres: PostgresServer, options: FaultSiteOptions) {
    this.postgres = postgres;
    this.primary = postgres;
    this.#options = options;
    this.databaseRelay = new Relay({
      targets: () => [this.primary.port],
      ...(options.watch && { watch: options.watch }),
    });
    this.appRelay = new Relay({ targets: () => this.apps.map(({ url }) => Number(new URL(url).port)) });
  }

  static async start(options: FaultSiteOptions = {}): Promise<FaultSite> {
    const password = makeSecrets().postgres;
    const site = new FaultSite(await PostgresServer.start(password, options.settings), options);
    try {
      await site.#begin(password);
      return site;
    } catch (error) {
      await site.stop();
      throw error;
    }
  }

  async #begin(password: string): Promise<void> {
    const { postgres } = this;
    const secrets = { ...this.#secrets, postgres: password };
    const pretended = { url: (role: string, word: string, name: string) => postgres.url(role, word, name) };
    const urls = await createRoles(pretended, secrets);
    await runMigrator('up', { MIGRATION_DATABASE_URL: urls.owner });
    this.ownerUrl = urls.owner;
    this.adminUrl = postgres.adminUrl('scale_up');
    await this.databaseRelay.start();
    const relayed = new URL(urls.app);
    relayed.port = String(this.databaseRelay.port);
    this.#databaseUrl = relayed.href;
    for (let index = 0; index < (this.#options.instances ?? 1); index += 1) this.apps.push(await this.startApp());
    await this.appRelay.start();
    this.web = await startService({
      entry: `${root}apps/web/src/server.ts`,
      env: {
        WEB_PORT: '0',
        WEB_OPS_PORT: '0',
        TRUSTED_PROXIES: '',
        APP_URL: `http://127.0.0.1:${this.appRelay.port}`,
        DRAIN_DELAY_MS: '0',
        ...this.#options.webEnv,
      },
    });
  }

  /** Another instance of app; the caller puts it into `apps`. */
  startApp(): Promise<ServiceProcess> {
    return startService({
      entry: `${root}apps/app/src/server.ts`,
      env: {
        APP_PORT: '0',
        APP_OPS_PORT: '0',
        DATABASE_URL: this.#databaseUrl,
        REDIS_URL: '',
        REDIS_SENTINELS: '',
        TOKEN_SECRET: this.#secrets.token,
        TRUSTED_PROXIES: '127.0.0.1',
        DRAIN_DELAY_MS: '0',
        LOGIN_LIMIT_PER_MINUTE: '100000',
        REGISTRATION_LIMIT_PER_HOUR: '100000',
        ...this.#options.env,
      },
    });
  }

  /** kill -9 of an instance, and a new one in its place a second later, as its supervisor would start it. */
  async replaceApp(index: number): Promise<void> {
    const app = this.apps[index];
    app?.signal('SIGKILL');
    await app?.exited;
    this.apps.splice(index, 1);
    this.apps.push(await this.startApp());
  }

  /** Rows of a query as the owner of the schema, past the relay. */
  async rows<Row>(sql: string): Promise<Row[]> {
    const url = new URL(this.ownerUrl);
    url.port = String(this.primary.port);
    const limits = { statement: 30_000, idleInTransaction: 0 };
    const database = openDatabase({ url: url.href, poolSize: 1, applicationName: 'fault check', limits });
    try {
      return (await database.script(sql)) as Row[];
    } finally {
      await database.close();
    }
  }

  async stop(): Promise<void> {
    await Promise.all([this.web?.stop(), ...this.apps.map((app) => app.stop())]);
    await this.appRelay.stop();
    await this.databaseRelay.stop();
    if (this.primary !== this.postgres) await this.primary.remove();
    await this.postgres.remove();
  }
}
