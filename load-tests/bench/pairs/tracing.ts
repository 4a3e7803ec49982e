import { makeSecrets } from '@scale-up/infra/local/secrets.ts';
import { demandAnswer } from '../client/account.ts';
import { askedByWrk } from '../contender.ts';
import { makeFiles } from '../content/files.ts';
import type { Contender, Pair } from '../pair.ts';
import { articleCount, type DatabaseServer, startDatabase } from '../programs/database.ts';
import { freePort, startApp, startBehind, startWeb } from '../programs/node.ts';

const path = '/api/articles?limit=20';

const startSite = async (database: DatabaseServer, files: string, env: NodeJS.ProcessEnv): Promise<Contender> => {
  const [front, back] = [await freePort(), await freePort()];
  const app = await startApp({ port: back, database: database.url, token: makeSecrets().token, env });
  const web = await startWeb({ port: front, files, upstream: back, env });
  const url = `http://127.0.0.1:${front}${path}`;
  await demandAnswer(url);
  return askedByWrk({ url }, { app, web, database });
};

/** What tracing costs: web and app as they are, with somebody who takes what they tell, and with nobody to tell it to. */
export const tracingPairs: readonly Pair[] = [
  {
    name: 'tracing',
    what: `20 of ${articleCount} articles through web and app, one request in ten traced`,
    against: 'the same without tracing',
    mark: { of: 'rate', value: 0.93 },
    start: async (folder) => {
      const files = makeFiles(folder);
      const port = await freePort();
      await startBehind('otlp-sink', port);
      const database = await startDatabase();
      const traced = {
        OTEL_EXPORTER_OTLP_ENDPOINT: `http://127.0.0.1:${port}`,
        OTEL_TRACES_SAMPLER: 'parentbased_traceidratio',
        OTEL_TRACES_SAMPLER_ARG: '0.1',
      };
      return { ours: await startSite(database, files, traced), theirs: await startSite(database, files, {}) };
    },
  },
];
