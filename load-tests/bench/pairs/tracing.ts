import { setTimeout as sleep } from 'node:timers/promises';
import { makeSecrets } from '@scale-up/infra/local/secrets.ts';
import { demandAnswer } from '../client/account.ts';
import type { Answered } from '../client/answered.ts';
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

/** Milliseconds after which what was traced must have arrived: it is sent once a second (below). */
const patience = 5_000;

/** @throws Error when nobody was told anything: what is not traced costs nothing */
const demandTraces = async (sink: string): Promise<void> => {
  for (const deadline = performance.now() + patience; ; await sleep(100)) {
    const { told } = (await (await fetch(sink)).json()) as { told: number };
    if (told > 0) return;
    if (performance.now() > deadline) throw new Error('Nothing was traced.');
  }
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
        // By default every 5 s, which a warm-up does not last.
        OTEL_BSP_SCHEDULE_DELAY: '1000',
      };
      const ours = await startSite(database, files, traced);
      const ask = async (seconds: number): Promise<Answered> => {
        const answered = await ours.ask(seconds);
        await demandTraces(`http://127.0.0.1:${port}/`);
        return answered;
      };
      return { ours: { ...ours, ask }, theirs: await startSite(database, files, {}) };
    },
  },
];
