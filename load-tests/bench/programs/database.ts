import { execFileSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { runMigrator } from '@scale-up/infra/local/migrate.ts';
import { makeSecrets } from '@scale-up/infra/local/secrets.ts';
import { PostgresServer } from '../../faults/postgres-server.ts';
import { cores } from './pinned.ts';

/** As many as a site of middling size has; a list must not grow with them. */
export const articleCount = 10_000;

const content = `
  SET session_replication_role = replica;
  SELECT setseed(0.5);
  INSERT INTO users (username, email, password_hash, bio) SELECT 'user-' || n, 'user-' || n || '@example.com', 'x', 'About ' || n FROM generate_series(1, 1000) n;
  INSERT INTO tags (name) SELECT 'tag-' || n FROM generate_series(0, 49) n;
  INSERT INTO articles (slug, author_id, title, description, body, tag_list)
    SELECT 'article-' || n, 1 + floor(1000 * random()), 'Article ' || n, repeat('About it. ', 8), repeat('All of it. ', 200),
           ARRAY['tag-' || n % 50, 'tag-' || (n + 7) % 50] FROM generate_series(1, ${articleCount}) n;
  INSERT INTO article_tags (tag_id, article_id) SELECT t.id, a.id FROM articles a JOIN tags t ON t.name = ANY (a.tag_list);
  SET session_replication_role = origin;`;

/** A PostgreSQL on the core of what is not measured, with the schema and articles. */
export const startDatabase = async (): Promise<{ readonly url: string; readonly stop: () => Promise<void> }> => {
  const server = await PostgresServer.start(makeSecrets().postgres);
  const url = server.adminUrl();
  await runMigrator('up', { MIGRATION_DATABASE_URL: url });
  await server.script(content);
  await server.script('VACUUM (ANALYZE)');
  const first = readFileSync(`${server.folder}/data/postmaster.pid`, 'utf8').split('\n', 1)[0] ?? '';
  const others = readFileSync(`/proc/${first}/task/${first}/children`, 'utf8').split(' ').filter(Boolean);
  // What it starts later inherits its core.
  for (const pid of [first, ...others])
    execFileSync('taskset', ['-a', '-c', '-p', cores.others, pid], { stdio: 'ignore' });
  return { url, stop: () => server.remove() };
};
