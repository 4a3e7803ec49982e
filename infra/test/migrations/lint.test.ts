import assert from 'node:assert/strict';
import { mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { suite, test } from 'node:test';
import { root } from '../../local/paths.ts';
import { lintMigration, lintMigrations } from '../../migrations/lint.ts';
import { statementRules, tableRules } from '../../migrations/rules.ts';
import { splitList, sqlStatements } from '../../migrations/sql-statements.ts';

const faultsOf = (sql: string): string[] => lintMigration('006.do.test.sql', sql);

suite('a migration is refused that takes away what the running release uses', () => {
  const refused: readonly (readonly [what: string, sql: string, reason: RegExp])[] = [
    ['a table', 'DROP TABLE articles;', /takes away what the running release may use/],
    [
      'an index, which an ON CONFLICT may name',
      'drop index concurrently articles_slug;',
      /takes away what the running release may use/,
    ],
    ['a function', 'DROP FUNCTION slug_of(text);', /takes away what the running release may use/],
    ['rows', 'DELETE FROM tags;', /takes away rows/],
    ['all rows', 'TRUNCATE tags;', /takes away rows/],
    ['a right', 'REVOKE SELECT ON articles FROM scale_up_app;', /takes away a right/],
    [
      'a column',
      'ALTER TABLE articles DROP COLUMN body;',
      /DROP COLUMN BODY takes away what the running release may read or write/,
    ],
    [
      'a column, without the word',
      'ALTER TABLE ONLY articles DROP body;',
      /takes away what the running release may read or write/,
    ],
    ['a constraint', 'ALTER TABLE articles DROP CONSTRAINT slug_is_unique;', /may rely on/],
    ['a default', 'ALTER TABLE articles ALTER body DROP DEFAULT;', /leaves out a value/],
    [
      'a column’s name',
      'ALTER TABLE articles RENAME COLUMN body TO text;',
      /takes away a name.*Add a new column beside it/,
    ],
    ['a table’s name', 'ALTER TABLE articles RENAME TO posts;', /takes away a name/],
    ['the name of something else', 'ALTER FUNCTION slug_of(text) RENAME TO slug;', /takes away a name/],
    ['a column’s type', 'ALTER TABLE articles ALTER COLUMN id TYPE text;', /rewrites the table while everybody waits/],
    ['a column’s type, in other words', 'ALTER TABLE articles ALTER id SET DATA TYPE text;', /rewrites the table/],
    ['a table’s schema', 'ALTER TABLE articles SET SCHEMA archive;', /out of the running release’s sight/],
    ['rows from sight', 'ALTER TABLE articles ENABLE ROW LEVEL SECURITY;', /out of the running release’s sight/],
  ];
  for (const [what, sql, reason] of refused) {
    test(what, () => {
      const [fault = '', ...more] = faultsOf(sql);
      assert.deepEqual(more, []);
      assert.match(fault, /^006\.do\.test\.sql:1: /);
      assert.match(fault, reason);
    });
  }
});

suite('a migration is refused that refuses what the running release writes', () => {
  const refused: readonly (readonly [what: string, sql: string])[] = [
    ['a new column that must be filled', 'ALTER TABLE articles ADD COLUMN language text NOT NULL;'],
    ['a new primary key', 'ALTER TABLE tags ADD COLUMN id bigint PRIMARY KEY;'],
    ['a column that must be filled from now on', 'ALTER TABLE articles ALTER COLUMN language SET NOT NULL;'],
    ['a check', 'ALTER TABLE articles ADD CONSTRAINT title_is_short CHECK (length(title) < 50);'],
    ['a key', 'ALTER TABLE articles ADD UNIQUE (title);'],
    ['a foreign key', 'ALTER TABLE articles ADD FOREIGN KEY (author) REFERENCES accounts (id);'],
    ['a unique index', 'CREATE UNIQUE INDEX CONCURRENTLY ON articles (title);'],
    ['a generated column', 'ALTER TABLE articles ALTER id ADD GENERATED ALWAYS AS IDENTITY;'],
    ['a domain’s check', "ALTER DOMAIN slug ADD CHECK (value <> '');"],
  ];
  for (const [what, sql] of refused) {
    test(what, () =>
      assert.match(faultsOf(sql).join('\n'), /refuses (?:every row|rows|the rows|values) that the running release/),
    );
  }

  test('or does what cannot be read', () => {
    assert.match(faultsOf('DO $$ BEGIN DROP TABLE articles; END $$;').join('\n'), /does what cannot be read here/);
  });
});

suite('a migration may', () => {
  const allowed: readonly (readonly [what: string, sql: string])[] = [
    [
      'add a table, with all its constraints and indexes',
      'CREATE TABLE a (id bigint NOT NULL); CREATE UNIQUE INDEX ON a (id); ALTER TABLE a ADD CHECK (id > 0);',
    ],
    ['add a column that may be empty', 'ALTER TABLE articles ADD COLUMN language text;'],
    ['add a column that fills itself', "ALTER TABLE articles ADD COLUMN language text NOT NULL DEFAULT 'en';"],
    [
      'demand a column that fills itself',
      "ALTER TABLE articles ALTER language SET DEFAULT 'en', ALTER language SET NOT NULL;",
    ],
    ['add an index', 'CREATE INDEX ON articles (title);'],
    ['give a right', 'GRANT SELECT ON articles TO scale_up_app;'],
    ['add and change rows', "INSERT INTO tags VALUES ('new'); UPDATE articles SET language = 'en';"],
    [
      'speak of DROP TABLE in a text or a comment',
      "-- DROP TABLE articles;\nINSERT INTO tags VALUES ('x; DROP TABLE articles;');",
    ],
    [
      'take away what it says nobody uses any more',
      '-- contract: no release since 2026-11 reads it\nALTER TABLE articles DROP COLUMN body;',
    ],
  ];
  for (const [what, sql] of allowed) test(what, () => assert.deepEqual(faultsOf(sql), []));

  test('not take anything away by an empty excuse, nor by one above another statement', () => {
    assert.equal(faultsOf('-- contract:\nDROP TABLE a;').length, 1);
    assert.equal(faultsOf('-- contract: unused\nDROP TABLE a;\nDROP TABLE b;').length, 1);
  });
});

suite('the lint', () => {
  test('tells every fault with its line, several of one statement too', () => {
    const faults = faultsOf(
      'CREATE TABLE a (id bigint);\n\nALTER TABLE articles\n  DROP COLUMN body,\n  RENAME title TO name;\nDROP VIEW v;',
    );
    assert.deepEqual(
      faults.map((fault) => fault.split(' ')[0]),
      ['006.do.test.sql:3:', '006.do.test.sql:3:', '006.do.test.sql:6:'],
    );
  });

  test('says what to do instead, for every rule', () => {
    for (const { reason, instead } of [...statementRules, ...tableRules])
      assert.ok(reason.length > 10 && instead.length > 10);
    assert.match(
      faultsOf('DROP TABLE a;').join(),
      /If no release that may run needs it any more, say so in a line above: "-- contract: why"\.$/,
    );
  });

  test('lets every migration of the repository pass', () => {
    const folder = `${root}apps/db-migrator/migrations`;
    assert.ok(readdirSync(folder).filter((file) => file.endsWith('.sql')).length >= 5);
    lintMigrations(folder);
  });

  test('reads those migrations whole: it finds their tables', () => {
    const folder = `${root}apps/db-migrator/migrations`;
    const code = readdirSync(folder).flatMap((file) => sqlStatements(readFileSync(`${folder}/${file}`, 'utf8')));
    const tables = code.filter(({ code: text }) => text.startsWith('CREATE TABLE')).length;
    assert.ok(tables > 8, `only ${tables} tables`);
  });

  test('stops at a folder with a bad one, naming the file', () => {
    const folder = mkdtempSync(join(tmpdir(), 'scale-up-migrations-'));
    try {
      writeFileSync(join(folder, '001.do.good.sql'), 'CREATE TABLE a (id bigint);');
      writeFileSync(join(folder, '002.do.bad.sql'), '\nDROP TABLE a;');
      assert.throws(
        () => lintMigrations(folder),
        /^Error: A migration may only add to what the running release uses:\n {2}002\.do\.bad\.sql:2: DROP TABLE A /,
      );
    } finally {
      rmSync(folder, { recursive: true });
    }
  });
});

suite('statements of SQL', () => {
  test('end at semicolons that stand in no text, name, comment or body', () => {
    const sql = `SELECT 'a;b', "c;d", e'f\\';g'; -- h;\n/* i; */ CREATE FUNCTION j() AS $k$ SELECT 1; $k$ LANGUAGE sql;`;
    assert.deepEqual(
      sqlStatements(sql).map(({ code }) => code),
      [`SELECT '', "c;d", ''`, 'CREATE FUNCTION J() AS $$ LANGUAGE SQL'],
    );
  });

  test('have their comments and their line', () => {
    const [, second] = sqlStatements('SELECT 1;\n-- why\n-- and how\n\nSELECT\n 2;');
    assert.deepEqual(second, { line: 5, code: 'SELECT 2', comments: ['why', 'and how'] });
  });

  test('that are lists are split at commas of their own', () => {
    assert.deepEqual(splitList('ADD a numeric(10, 2), DROP b'), ['ADD a numeric(10, 2)', 'DROP b']);
  });
});
