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

/** So many instances. */
const counts = [1, 2, 3];

/** As the load tests judge it: the slowest hundredth may take half a second (k6's stress). */
const bearable = 500;

/** What is tried, as shares of what one instance does where sixteen requests are always under way: in steps of a sixteenth where the knee is to be. */
const tried = [0.45, ...Array.from({ length: 11 }, (_, index) => 0.55 + index * 0.0625)];

/** Longer than a queue takes to grow past what is bearable when the rate is a twentieth too high: 0.5 s of work in 10 s. */
const seconds = 10;

/** How far the model may be off. */
const tolerance = 0.15;

export type Check = { readonly instances: number; readonly predicted: number; readonly found: number };

export const isRight = ({ predicted, found }: Check): boolean => Math.abs(found / predicted - 1) <= tolerance;

/** What was found at a rate: what a request cost, in microseconds, and whether all were answered in time. */
export type Step = { readonly rate: number; readonly cost: number; readonly isBorne: boolean };

type Site = { readonly count: number; readonly url: string; readonly apps: readonly Running[] };

/** So many instances of app behind nginx, in turn, as behind a router. */
const startSite = async (folder: string, database: DatabaseServer, token: string, count: number): Promise<Site> => {
  const ports = await Promise.all(Array.from({ length: count }, freePort));
  const apps = await Promise.all(ports.map((port) => startApp({ port, database: database.url, token })));
  const front = await freePort();
  await nginxInFront('others', `${folder}/nginx-${count}`, front, ...ports);
  return { count, url: `http://127.0.0.1:${front}${path}`, apps };
};

/** Seconds for each instance until its code is compiled, by all steps that V8 has: a third of what a request costs is that, for the first thousands. */
const warmUp = 8;

/** Each instance has compiled its code, and made its connections, before it is held to a share: a start takes seconds of a core. */
const warm = (url: string, headers: Readonly<Record<string, string>>, count: number): Promise<unknown> =>
  wrk({ url, headers }, warmUp * count);

/** How often in succession a rate is not borne before more is not tried: once may be the machine's. */
const refusals = 2;

const isOver = (steps: readonly Step[]): boolean =>
  steps.length >= refusals && steps.slice(-refusals).every(({ isBorne }) => !isBorne);

const lastBorne = (steps: readonly Step[]): Step | undefined => steps.findLast(({ isBorne }) => isBorne);

const spentBy = ({ apps }: Site): number => apps.reduce((sum, app) => sum + app.cpu(), 0);

const stepOf = async (site: Site, headers: Record<string, string>, rate: number): Promise<Step> => {
  const before = spentBy(site);
  // Who does not answer in time is not there to be asked for his time.
  const found = await askAtRate(site.url, rate, seconds, headers).catch(() => undefined);
  const cost = ((spentBy(site) - before) * 1_000) / (rate * seconds);
  const outcome = found ? `p99 ${Math.round(found.p99)} ms` : 'not all were answered';
  print(dim(`    ${site.count} of app, ${rate} requests/s: ${outcome}, ${Math.round(cost)} µs each`));
  return { rate, cost, isBorne: found !== undefined && found.p99 <= bearable };
};

/** Each warmed up, and then held to its share. */
const prepare = async (site: Site, headers: Record<string, string>): Promise<(() => void)[]> => {
  await demandAnswer(site.url, headers);
  await warm(site.url, headers, site.count);
  return site.apps.map(({ pid }) => holdTo(share, pid));
};

/** Where the trials begin: what one instance does where requests are always waiting, which is more than of such as come by themselves. */
const mostOf = async ({ url, apps }: Site, headers: Record<string, string>): Promise<number> => {
  const before = apps[0]?.cpu() ?? 0;
  const { requests } = await wrk({ url, headers, connections: 16 }, seconds);
  const cost = (((apps[0]?.cpu() ?? 0) - before) * 1_000) / requests;
  print(dim(`  a request costs ${Math.round(cost)} µs with 16 under way`));
  return rateOf(share, cost);
};

/**
 * What the model says of each, and what they bore.
 * @param steps of each count of instances, of one first
 */
export const checksOf = (steps: ReadonlyMap<number, readonly Step[]>): Check[] => {
  const cost = lastBorne(steps.get(1) ?? [])?.cost;
  if (cost === undefined) throw new Error('one instance bore nothing');
  return [...steps].map(([instances, own]) => ({
    instances,
    predicted: rateOf(instances * share, cost),
    found: lastBorne(own)?.rate ?? 0,
  }));
};

/**
 * Whether the model is right: about one instance of app, which is full where what a request costs says, and about two and three, which bear twice and three times that. All are
 * asked more and more, by turns, for what a request costs changes with the hour on a machine that others use, too. Each is held to a fifth of a core; all of them are on
 * one core, and database, balancers and who asks on the other: with two cores there are no three whole ones to give.
 *
 * The cost is that of one instance at the most that it bore. It depends on the rate: where a fifth of a core is not full, hardly two requests are under way at a time, and each wakes
 * the process, and finds caches that others have used meanwhile.
 */
export const check = async (): Promise<Check[]> => {
  const folder = mkdtempSync(join(tmpdir(), 'scale-up-bench-'));
  chmodSync(folder, 0o755);
  const releases: (() => void)[] = [];
  try {
    const database = await startDatabase();
    const { token } = makeSecrets();
    const headers = { authorization: `Token ${signedToken(token, 1)}` };
    const sites: Site[] = [];
    for (const count of counts) sites.push(await startSite(folder, database, token, count));
    for (const site of sites) releases.push(...(await prepare(site, headers)));
    const most = await mostOf(sites[0]!, headers);
    const steps = new Map<number, Step[]>(counts.map((count) => [count, []]));
    for (const part of tried) {
      for (const site of sites) {
        const own = steps.get(site.count)!;
        if (!isOver(own)) own.push(await stepOf(site, headers, Math.round(most * part) * site.count));
      }
    }
    return checksOf(steps);
  } finally {
    await stopAll();
    for (const release of releases) release();
    rmSync(folder, { recursive: true, force: true });
  }
};
