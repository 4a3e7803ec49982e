import { makeSecrets } from '@scale-up/infra/local/secrets.ts';
import type { Asked } from '../client/wrk.ts';
import type { Pair } from '../pair.ts';
import { articleCount, startDatabase } from '../programs/database.ts';
import { freePort, startApp, startPeer } from '../programs/node.ts';

const peer = 'Express and TypeORM';

/** The token of a reader who is logged in: nothing that is asked with it comes from a cache. */
const tokenOf = async (url: string): Promise<string> => {
  const user = { username: 'bench', email: 'bench@example.com', password: 'correct horse' };
  const answer = await fetch(`${url}/api/users`, {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify({ user }),
  });
  if (answer.status !== 201) throw new Error(`registration was answered ${answer.status}: ${await answer.text()}`);
  return ((await answer.json()) as { user: { token: string } }).user.token;
};

/** Waits until app has looked at its schema. */
const untilReady = async (url: string): Promise<void> => {
  const { status } = await fetch(url);
  if (status !== 200) throw new Error(`${url} is answered ${status}`);
};

const readPair = (name: string, what: string, path: string, mark: number, isLoggedIn: boolean): Pair => ({
  name,
  what,
  against: peer,
  mark,
  memory: 160,
  start: async () => {
    const database = await startDatabase();
    const [own, other] = [await freePort(), await freePort()];
    const [ours, theirs] = [
      await startApp(own, database.url, makeSecrets().token),
      await startPeer('express-typeorm', other, database.url),
    ];
    const [url, otherUrl] = [`http://127.0.0.1:${own}`, `http://127.0.0.1:${other}`];
    const asked: Omit<Asked, 'seconds'> = { url: `${url}${path}` };
    await untilReady(`${url}${path}`);
    await untilReady(`${otherUrl}${path}`);
    const headers = isLoggedIn ? { authorization: `Token ${await tokenOf(url)}` } : {};
    return {
      ours: { name: 'app', asked: { ...asked, headers }, memory: ours.memory, stop: ours.stop },
      theirs: {
        name: peer,
        asked: { url: `${otherUrl}${path}` },
        memory: theirs.memory,
        stop: async () => {
          await theirs.stop();
          await ours.stop();
          await database.stop();
        },
      },
    };
  },
});

const list = '/api/articles?limit=20';

/** app beside an ordinary service on the same database. */
export const apiPairs: readonly Pair[] = [
  readPair('list-uncached', `20 of ${articleCount} articles, for who is logged in: no cache`, list, 6, true),
  readPair('list', `20 of ${articleCount} articles, as shipped`, list, 20, false),
  readPair('article', 'an article by its slug, as shipped', `/api/articles/article-${articleCount / 2}`, 15, false),
];
