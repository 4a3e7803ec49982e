import { after, before } from 'node:test';
import { type Database, openDatabase } from '@scale-up/database';
import { type Site, type SiteOptions, startSite } from '@scale-up/testing';

/** What a test file works with; the members are there once its first test runs. */
export type TestSite = {
  readonly site: Site;
  readonly url: string;
  /** The site's database, as the owner of the schema. */
  readonly database: Database;
  /** The value of a query of one row and one column. */
  readonly count: (sql: string) => Promise<number>;
};

/** A site of the test file's own, from its first test to its last. */
export const testSite = (options: SiteOptions = { content: 'migrated' }): TestSite => {
  let site: Site;
  let database: Database;
  before(async () => {
    site = await startSite(options);
    database = openDatabase({ url: site.database.ownerUrl, poolSize: 1, applicationName: 'test' });
  });
  after(async () => {
    await database.close();
    await site.stop();
  });
  return {
    get site() {
      return site;
    },
    get url() {
      return site.url;
    },
    get database() {
      return database;
    },
    count: async (sql) => Number(Object.values((await database.script(sql))[0] ?? {})[0]),
  };
};

const tables =
  'users follows articles tags article_tags favorites comments products stock_movements orders order_lines'.split(' ');

/**
 * Everything that is stored, as one text: equal before and after means that a request left no trace. Without the outcomes, which
 * tell of requests.
 */
export const contentOf = async ({ database }: TestSite): Promise<string> => {
  const sums = tables.map(
    (
      table,
    ) => `SELECT '${table}' AS name, count(*) AS rows, md5(coalesce(string_agg(t::text, '|' ORDER BY t::text), '')) AS sum
                FROM ${table} t`,
  );
  return JSON.stringify(await database.script(sums.join(' UNION ALL ')));
};
