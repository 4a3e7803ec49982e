import { makeSecrets } from '@scale-up/infra/local/secrets.ts';
import { demandAnswer, newToken } from '../client/account.ts';
import { askedByWrk } from '../contender.ts';
import type { Pair } from '../pair.ts';
import { articleCount, startDatabase } from '../programs/database.ts';
import { freePort, startApp, startPeer } from '../programs/node.ts';

const peer = 'Express and TypeORM';

const readPair = (name: string, what: string, path: string, mark: Pair['mark'], isLoggedIn: boolean): Pair => ({
  name,
  what,
  against: peer,
  mark,
  memory: 160,
  start: async () => {
    const database = await startDatabase();
    const [own, other] = [await freePort(), await freePort()];
    const app = await startApp({ port: own, database: database.url, token: makeSecrets().token });
    const theirs = await startPeer('express-typeorm', other, database.url);
    const [url, otherUrl] = [`http://127.0.0.1:${own}`, `http://127.0.0.1:${other}`];
    await demandAnswer(`${url}${path}`);
    await demandAnswer(`${otherUrl}${path}`);
    const headers: Record<string, string> = isLoggedIn ? { authorization: `Token ${await newToken(url)}` } : {};
    return {
      ours: askedByWrk({ url: `${url}${path}`, headers }, { app, database }),
      theirs: askedByWrk({ url: `${otherUrl}${path}` }, { [peer]: theirs, database }),
    };
  },
});

const list = '/api/articles?limit=20';

/** A peer that let its library read the whole table for a list was ten times slower, and these marks were reached. */
const known = {
  uncached: {
    reached: 1.7,
    because:
      'twenty rows with their token checked cost app 570 µs of a core and the peer 700; what is left of the ratio is the count, which app’s database keeps',
  },
  list: {
    reached: 18,
    because: 'app’s cached answer costs 64 µs of a core, most of it HTTP, and the peer’s two statements 760',
  },
  article: {
    reached: 5.2,
    because: 'app’s cached answer costs 57 µs of a core, most of it HTTP, and the peer’s one statement 280',
  },
};

/** app beside an ordinary service on the same database. */
export const articlePairs: readonly Pair[] = [
  readPair(
    'list-uncached',
    `20 of ${articleCount} articles, for who is logged in: no cache`,
    list,
    { of: 'rate', value: 6, known: known.uncached },
    true,
  ),
  readPair(
    'list',
    `20 of ${articleCount} articles, as shipped`,
    list,
    { of: 'rate', value: 20, known: known.list },
    false,
  ),
  readPair(
    'article',
    'an article by its slug, as shipped',
    `/api/articles/article-${articleCount / 2}`,
    { of: 'rate', value: 15, known: known.article },
    false,
  ),
];
