import { makeSecrets } from '@scale-up/infra/local/secrets.ts';
import { demandAnswer } from '../client/account.ts';
import { signedToken } from '../client/signed.ts';
import { askedByWrk } from '../contender.ts';
import { commonTag, commonWord, reader, type SizeName, sizes } from '../content/sizes.ts';
import type { Contender, Pair } from '../pair.ts';
import { startGrownDatabase } from '../programs/grown-database.ts';
import { freePort, startApp } from '../programs/node.ts';

/** So few that hardly anybody waits for another: what is compared is the time that an answer takes. */
const connections = 4;

const thousands = (value: number): string => value.toLocaleString('en');

/**
 * Asks for it each time in other words, without a product that is not on the page: nobody's token matters to a search, so the same one would come from app's cache.
 */
const inOtherWords = (path: string, headers: Readonly<Record<string, string>>) => (): string =>
  `
local number = math.floor(${Math.random()} * 1000000000)
local headers = { ['authorization'] = '${headers['authorization']}' }
request = function()
  number = number + 1
  return wrk.format('GET', '${path}%20-number' .. number, headers)
end
`;

const startOne = async (size: SizeName, path: string, isVaried: boolean): Promise<Contender> => {
  const database = await startGrownDatabase(size);
  const { token } = makeSecrets();
  const port = await freePort();
  const app = await startApp({ port, database: database.url, token });
  const url = `http://127.0.0.1:${port}${path}`;
  // Who is logged in is answered from no cache.
  const headers = { authorization: `Token ${signedToken(token, reader.id)}` };
  await demandAnswer(url, headers);
  const script = isVaried ? { script: inOtherWords(path, headers) } : {};
  return askedByWrk({ url, headers, connections, ...script }, { app, database });
};

const growthPair = (name: string, what: string, path: string, isVaried = false): Pair => ({
  name: `growth-${name}`,
  what: `${what}: ${thousands(sizes.grown.articles)} articles, ${thousands(sizes.grown.users)} users, ${thousands(sizes.grown.orders)} orders`,
  against: `${thousands(sizes.young.articles)} articles and orders`,
  mark: { of: 'p99', value: 1.5 },
  start: async () => ({
    ours: await startOne('grown', path, isVaried),
    theirs: await startOne('young', path, isVaried),
  }),
});

/** The same request to the same app, when everything else has become a thousand times as much. */
export const growthPairs: readonly Pair[] = [
  growthPair('list', 'the newest 20 articles', '/api/articles?limit=20'),
  growthPair('feed', 'the newest 20 of those one follows', '/api/articles/feed?limit=20'),
  growthPair('tag', 'the newest 20 of a tag on one in ten', `/api/articles?limit=20&tag=${commonTag}`),
  growthPair(
    'search',
    'the best 20 products for a word in one of twenty',
    `/api/products?limit=20&q=${commonWord}`,
    true,
  ),
  growthPair('orders', 'one’s own newest 20 orders', '/api/orders?limit=20'),
];
