import { randomBytes } from 'node:crypto';
import { makeSecrets } from '@scale-up/infra/local/secrets.ts';
import { demandAnswer, newToken } from '../client/account.ts';
import { askedByWrk } from '../contender.ts';
import type { Pair } from '../pair.ts';
import { productCount, startDatabase } from '../programs/database.ts';
import { freePort, startApp, startPeer } from '../programs/node.ts';

const peer = 'a bare transaction of pg';

/** One line of one of the products, under a key that no other order has: a number, and what is this time's own. */
const scriptOf = (token: string): string => `
local number = 0
local key = '${randomBytes(6).toString('hex')}-'
math.randomseed(1)
request = function()
  number = number + 1
  return wrk.format('POST', '/api/orders', {
    ['content-type'] = 'application/json', ['authorization'] = 'Token ${token}', ['idempotency-key'] = key .. number
  }, string.format('{"order":{"lines":[{"product":"product-%d","quantity":1}]}}', math.random(${productCount})))
end
`;

/** What the bare transaction leaves out is more than the outcome. */
const known = {
  reached: 0.77,
  because:
    'neither core is full: ten connections wait for the disk and for each other’s turns. An order costs app 610 to 820 µs of a core where the bare transaction costs 325 to 490: token, body and key are checked, the answer is sealed, logged and counted; the database 700 to 830 where it costs 650 to 700',
};

/** Orders, beside a service that does nothing but the statements. Both write to one database, which forces every commit to disk. */
export const orderPairs: readonly Pair[] = [
  {
    name: 'order',
    what: 'POST /orders, one line: stored with its outcome, stock taken',
    against: peer,
    mark: { of: 'rate', value: 0.8, known },
    memory: 160,
    start: async () => {
      const database = await startDatabase({ fsync: 'on' });
      const [own, other] = [await freePort(), await freePort()];
      const app = await startApp({ port: own, database: database.url, token: makeSecrets().token });
      const theirs = await startPeer('pg-orders', other, database.url);
      const [url, otherUrl] = [`http://127.0.0.1:${own}`, `http://127.0.0.1:${other}`];
      await demandAnswer(`${url}/api/products?limit=1`);
      const token = await newToken(url);
      const script = (): string => scriptOf(token);
      return {
        ours: askedByWrk({ url, script }, { app, database }),
        theirs: askedByWrk({ url: otherUrl, script }, { [peer]: theirs, database }),
      };
    },
  },
];
