import { makeSecrets } from '@scale-up/infra/local/secrets.ts';
import { demandAnswer } from '../client/account.ts';
import { askAtRate } from '../client/open-model.ts';
import { wrk } from '../client/wrk.ts';
import { makeFiles } from '../content/files.ts';
import type { Pair } from '../pair.ts';
import { articleCount, startDatabase } from '../programs/database.ts';
import { freePort, startApp, startWeb } from '../programs/node.ts';

const path = '/api/articles?limit=20';

/** Seconds to find what both together bear. */
const trial = 3;

/** How much later an answer comes because web is in front. */
export const addedPairs: readonly Pair[] = [
  {
    name: 'added',
    what: `20 of ${articleCount.toLocaleString('en')} articles, web in front of app, at half of what they bear`,
    against: 'app alone, at the same rate',
    mark: {
      of: 'added p99',
      value: 1,
      known: {
        reached: 30,
        because:
          'two cores cannot show it: app and whoever asks share one, and app alone is 8 to 85 ms late in a hundredth of the cases, from round to round',
      },
    },
    memory: 120,
    start: async (folder) => {
      const database = await startDatabase();
      const [front, back] = [await freePort(), await freePort()];
      const app = await startApp({ port: back, database: database.url, token: makeSecrets().token, core: 'others' });
      const web = await startWeb({ port: front, files: makeFiles(folder), upstream: back });
      const [url, direct] = [`http://127.0.0.1:${front}${path}`, `http://127.0.0.1:${back}${path}`];
      await demandAnswer(url);
      // Both are compiled before it is found out.
      await wrk({ url }, trial);
      const { rate } = await wrk({ url }, trial);
      const half = Math.round(rate / 2);
      return {
        ours: { ask: (seconds) => askAtRate(url, half, seconds), parts: { web, app } },
        theirs: { ask: (seconds) => askAtRate(direct, half, seconds), parts: { app } },
      };
    },
  },
];
