import { now } from '../clock.ts';
import { hit, type Mark } from '../measure.ts';
import { deriveRelease, forgetRelease, runningRelease } from '../releases/derive.ts';
import type { Fault } from '../releases/preload.ts';
import { sendRelease } from '../releases/send.ts';
import type { ServersSite } from '../servers-site.ts';

/** One more table, and one more column of a table that every order reads and writes. */
const migrationSql = `CREATE TABLE marks_probe (id bigint PRIMARY KEY);
ALTER TABLE products ADD COLUMN marks_note text;
`;

/** Takes the migration back, which no release in use knows: the next deploy must find the schema as it knows it. */
const undoMigration = (version: number): string => `
DROP TABLE IF EXISTS marks_probe;
ALTER TABLE products DROP COLUMN IF EXISTS marks_note;
DELETE FROM schema_version WHERE version >= ${version} AND name = 'marks'`;

const newestVersion = async (site: ServersSite): Promise<number> =>
  Number((await site.execute(`SELECT max(version) FROM schema_version WHERE name IS DISTINCT FROM 'marks'`)).trim());

const tagOf = (release: string, word: string): string => `${release.replace(/-marks-.*$/, '')}-marks-${word}`;

/** A good release, with a migration. */
const goodRelease = (): Mark => {
  let before = '';
  return {
    name: '13',
    what: 'deploy of a new release with a migration',
    limits: { failed: 'none', slowdown: 1.5 },
    // A 99th percentile of 3 s would be the sixth slowest request.
    quiet: 15,
    arrange: async (site) => {
      before = await runningRelease(site);
      const tag = tagOf(before, 'next');
      await deriveRelease(before, tag, { migration: { version: (await newestVersion(site)) + 1, sql: migrationSql } });
      await sendRelease(site, tag);
    },
    strike: (site) => hit(() => site.done('deploy', '--release', tagOf(before, 'next'))),
    tidy: async (site) => {
      if ((await runningRelease(site)) !== before) await site.done('rollback');
      await site.execute(undoMigration((await newestVersion(site)) + 1));
      await forgetRelease(tagOf(before, 'next'));
    },
  };
};

/** Exit code of a deploy that was undone. */
const undoneCode = 1;

/** A release that is bad, and says that it is ready. */
const badRelease = (fault: Fault, what: string): Mark => {
  let before = '';
  return {
    name: `14-${fault}`,
    what: `deploy of a release that ${what}`,
    limits: { failed: 0.001, undone: 60 },
    arrange: async (site) => {
      before = await runningRelease(site);
      await deriveRelease(before, tagOf(before, fault), { fault });
      await sendRelease(site, tagOf(before, fault));
    },
    strike: async (site, say) => {
      let since: number | undefined;
      let code = 0;
      const moment = await hit(async () => {
        code = await site.verb('deploy', ['--release', tagOf(before, fault)], (line) => {
          if (line.startsWith('→') && line.includes('replace')) since ??= now();
          if (/no good|did not|undone|back to/.test(line)) say(line);
        });
      });
      if (code !== undoneCode)
        throw new Error(`the deploy of a bad release ended with exit code ${code}, not ${undoneCode}`);
      return { ...moment, undone: (moment.to - (since ?? moment.from)) / 1_000 };
    },
    tidy: async (site) => {
      if ((await runningRelease(site)) !== before) await site.done('rollback');
      await forgetRelease(tagOf(before, fault));
    },
  };
};

/** What happens when releases are deployed. */
export const releaseMarks: readonly Mark[] = [
  goodRelease(),
  badRelease('crash', 'crashes'),
  badRelease('errors', 'answers 500 to every fifth request'),
  badRelease('slow', 'takes 400 ms longer'),
];
