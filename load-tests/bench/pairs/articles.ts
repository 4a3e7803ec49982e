import { makeSecrets } from '@scale-up/infra/local/secrets.ts';
import { demandAnswer, newToken } from '../client/account.ts';
import { askedByWrk } from '../contender.ts';
import type { Pair } from '../pair.ts';
import { articleCount, startDatabase } from '../programs/database.ts';
import { freePort, startApp, startPeer } from '../programs/node.ts';
import type { Running } from '../programs/running.ts';

const peer = 'Express and TypeORM';

type Against = {
  readonly name: string;
  /** Starts it, given a port and the address of the database. */
  readonly start: (port: number, database: string) => Promise<Running>;
  /** Whether it knows the path that is asked for. */
  readonly knowsPaths: boolean;
};

const service: Against = {
  name: peer,
  start: (port, database) => startPeer('express-typeorm', port, database),
  knowsPaths: true,
};

/** What nothing that asks the database can be quicker than. */
const select: Against = {
  name: 'SELECT 1 over pg',
  start: (port, database) => startPeer('pg-select', port, database),
  knowsPaths: false,
};

/** What nothing that is made of Node's HTTP server can be quicker than: an answer as large as the article. */
const bare: Against = {
  name: 'node:http',
  start: (port) => startPeer('node-bare', port, '2600'),
  knowsPaths: false,
};

type Read = { readonly what: string; readonly path: string; readonly isLoggedIn?: boolean };

const readPair = (
  name: string,
  { what, path, isLoggedIn = false }: Read,
  mark: Pair['mark'],
  against: Against = service,
): Pair => ({
  name,
  what,
  against: against.name,
  mark,
  memory: 160,
  start: async () => {
    const database = await startDatabase();
    const [own, other] = [await freePort(), await freePort()];
    const app = await startApp({ port: own, database: database.url, token: makeSecrets().token });
    const theirs = await against.start(other, database.url);
    const url = `http://127.0.0.1:${own}`;
    const otherUrl = `http://127.0.0.1:${other}${against.knowsPaths ? path : '/'}`;
    await demandAnswer(`${url}${path}`);
    await demandAnswer(otherUrl);
    const headers: Record<string, string> = isLoggedIn ? { authorization: `Token ${await newToken(url)}` } : {};
    return {
      ours: askedByWrk({ url: `${url}${path}`, headers }, { app, database }),
      theirs: askedByWrk({ url: otherUrl }, { [against.name]: theirs, database }),
    };
  },
});

const list = '/api/articles?limit=20';

/** A peer that let its library read the whole table for a list was ten times slower, and these marks were reached. */
const known = {
  uncached: {
    reached: 2.9,
    because:
      'twenty rows with their token checked cost app 360 to 550 µs of a core, of which a quarter is the garbage of 280 values, and the peer 620 to 1,040; with its core full the database has two fifths of the other left, which JSON made there would take (decision 0048)',
  },
  article: {
    reached: 8.2,
    because:
      'app’s cached answer costs 35 to 64 µs of a core and the peer’s one statement 235 to 456; as many bytes from node:http cost 18 to 34, so nothing is above 13 ×, and what app adds to them is in Node’s own server',
  },
};

const reads = {
  uncached: {
    what: `20 of ${articleCount.toLocaleString('en')} articles, for who is logged in: no cache`,
    path: list,
    isLoggedIn: true,
  },
  list: { what: `20 of ${articleCount.toLocaleString('en')} articles, as shipped`, path: list },
  article: { what: 'an article by its slug, as shipped', path: `/api/articles/article-${articleCount / 2}` },
};

/** app beside an ordinary service on the same database, and beside the least that Node can do. */
export const articlePairs: readonly Pair[] = [
  readPair('list-uncached', reads.uncached, { of: 'rate', value: 6, known: known.uncached }),
  readPair('list-uncached-select', reads.uncached, { of: 'rate' }, select),
  readPair('list', reads.list, { of: 'rate', value: 20 }),
  readPair('article', reads.article, { of: 'rate', value: 15, known: known.article }),
  readPair('article-node:http', reads.article, { of: 'rate' }, bare),
];
