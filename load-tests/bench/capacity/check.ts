import { chmodSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { makeSecrets } from '@scale-up/infra/local/secrets.ts';
import { dim, print } from '@scale-up/infra/local/terminal.ts';
import { demandAnswer } from '../client/account.ts';
import { askAtRate } from '../client/open-model.ts';
import { signedToken } from '../client/signed.ts';
import { wrk } from '../client/wrk.ts';
import { type DatabaseServer, startDatabase } from '../programs/database.ts';
import { nginxInFront } from '../programs/nginx.ts';
import { freePort, startApp } from '../programs/node.ts';
import { type Running, stopAll } from '../programs/running.ts';
import { holdTo } from '../programs/quota.ts';
import { rateOf } from './model.ts';

const path = '/api/articles?limit=20';

/** A fifth of a core for each instance: three of them fit on one core, beside another for database, balancer and who asks. */
const share = 0.2;

/** As the load tests judge it: the slowest hundredth may take half a second (k6's stress). */
const bearable = 500;

/** What is tried, as shares of what the model says: in steps of a twentieth where the knee is to be. */
const tried = [0.5, 0.65, ...Array.from({ length: 12 }, (_, index) => 0.75 + index * 0.05)];

/** Longer than a queue takes to grow past what is bearable when the rate is a twentieth too high: 0.5 s of work in 10 s. */
const seconds = 12;

/** How far the model may be off. */
const tolerance = 0.15;

export type Check = { readonly instances: number; readonly predicted: number; readonly found: number };

export const isRight = ({ predicted, found }: Check): boolean => Math.abs(found / predicted - 1) <= tolerance;

type Site = { readonly url: string; readonly apps: readonly Running[]; readonly running: readonly Running[] };

/** So many instances of app behind nginx, in turn, as behind a router. */
const startSite = async (folder: string, database: DatabaseServer, token: string, count: number): Promise<Site> => {
  const ports = await Promise.all(Array.from({ length: count }, freePort));
  const apps = await Promise.all(ports.map((port) => startApp({ port, database: database.url, token })));
  const front = await freePort();
  const nginx = await nginxInFront('others', `${folder}/nginx-${count}`, front, ...ports);
  return { url: `http://127.0.0.1:${front}${path}`, apps, running: [nginx, ...apps] };
};

/** Seconds for each instance until its code is compiled, by all steps that V8 has: a third of what a request costs is that, for the first thousands. */
const warmUp = 8;

/** Each instance has compiled its code, and made its connections, before it is held to a share: a start takes seconds of a core. */
const warm = (url: string, headers: Readonly<Record<string, string>>, count: number): Promise<unknown> =>
  wrk({ url, headers }, warmUp * count);

/** How much of its share an instance has used that is nearly full: still below what the model calls the knee, where it is full. */
const nearlyFull = 0.85;

/** Tries to find the rate at which it has. */
const searches = 6;

/**
 * Microseconds of a core for a request, of one instance that is held to its share and nearly full, each request coming by itself, as people send them. It depends on the rate: a
 * fifth of a core is soon full, and until then hardly two requests are under way at a time: each wakes the process, is read, asked for and answered alone (1017 µs at
 * 120 a second); where a queue stands, as where sixteen are always under way, they share that (557 µs). So the rate is looked for.
 */
const costOfApp = async (folder: string, database: DatabaseServer, token: string, headers: Record<string, string>) => {
  const { url, apps, running } = await startSite(folder, database, token, 1);
  const [app] = apps;
  if (!app) throw new Error('no instance of app was started');
  let release = (): void => {};
  const costOf = async (ask: () => Promise<number>): Promise<number> => {
    const before = app.cpu();
    const requests = await ask();
    return ((app.cpu() - before) * 1_000) / requests;
  };
  try {
    await demandAnswer(url, headers);
    await warm(url, headers, 1);
    release = holdTo(share, app.pid);
    const together = await costOf(async () => (await wrk({ url, headers, connections: 16 }, seconds)).requests);
    print(dim(`  a request costs ${Math.round(together)} µs with 16 under way`));
    // From below: a queue that stands makes itself cheaper.
    let rate = Math.round(rateOf(share, together) / 2);
    for (let search = 1; ; search += 1) {
      const single = await costOf(async () => {
        await askAtRate(url, rate, seconds, headers);
        return rate * seconds;
      });
      const used = (single * rate) / 1_000_000 / share;
      print(
        dim(`  and ${Math.round(single)} µs where ${rate} come a second: ${Math.round(used * 100)} % of its share`),
      );
      if (search === searches || Math.abs(used - nearlyFull) < 0.03) return single;
      rate = Math.round(rate * Math.min(1.3, nearlyFull / used));
    }
  } finally {
    for (const one of running) await one.stop();
    release();
  }
};

/** How often in succession a rate is not borne before more is not tried: once may be the machine's. */
const refusals = 2;

/** More and more, until it is not borne: the highest rate that was. */
const kneeOf = async ({ url, apps }: Site, headers: Record<string, string>, predicted: number): Promise<number> => {
  let [knee, refused] = [0, 0];
  const spent = (): number => apps.reduce((sum, app) => sum + app.cpu(), 0);
  for (const part of tried) {
    const rate = Math.round(predicted * part);
    const before = spent();
    // Who does not answer in time is not there to be asked for his time.
    const found = await askAtRate(url, rate, seconds, headers).catch(() => undefined);
    const cost = Math.round(((spent() - before) * 1_000) / (rate * seconds));
    const outcome = found ? `p99 ${Math.round(found.p99)} ms` : 'not all were answered';
    print(dim(`    ${rate} requests/s: ${outcome}, ${cost} µs each`));
    const isBorne = found !== undefined && found.p99 <= bearable;
    refused = isBorne ? 0 : refused + 1;
    if (isBorne) knee = rate;
    if (refused === refusals) break;
  }
  return knee;
};

const checkOne = async (
  folder: string,
  database: DatabaseServer,
  { token, headers, cost, count }: { token: string; headers: Record<string, string>; cost: number; count: number },
): Promise<Check> => {
  const site = await startSite(folder, database, token, count);
  const { url, apps, running } = site;
  const releases: (() => void)[] = [];
  try {
    await demandAnswer(url, headers);
    await warm(url, headers, count);
    for (const { pid } of apps) releases.push(holdTo(share, pid));
    const predicted = rateOf(count * share, cost);
    print(`  ${count} of app: the model says ${Math.round(predicted)} requests/s`);
    return { instances: count, predicted, found: await kneeOf(site, headers, predicted) };
  } finally {
    for (const one of running) await one.stop();
    for (const release of releases) release();
  }
};

/**
 * Whether the model is right about more instances: what one request costs app is measured on one that has all it can do, and then one, two and three instances are asked
 * more and more. Each is held to a fifth of a core. All of them are on one core, and database, balancer and who asks are on the other: with two cores there are no three
 * whole ones to give.
 */
export const check = async (): Promise<Check[]> => {
  const folder = mkdtempSync(join(tmpdir(), 'scale-up-bench-'));
  chmodSync(folder, 0o755);
  try {
    const database = await startDatabase();
    const { token } = makeSecrets();
    const headers = { authorization: `Token ${signedToken(token, 1)}` };
    const cost = await costOfApp(folder, database, token, headers);
    print(`  a list for who is logged in takes app ${Math.round(cost)} µs, held to ${share * 100} % of a core`);
    const found: Check[] = [];
    for (const count of [1, 2, 3]) found.push(await checkOne(folder, database, { token, headers, cost, count }));
    return found;
  } finally {
    await stopAll();
    rmSync(folder, { recursive: true, force: true });
  }
};
