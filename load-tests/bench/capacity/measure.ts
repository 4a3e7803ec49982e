import { randomBytes } from 'node:crypto';
import { mkdtempSync, rmSync, chmodSync } from 'node:fs';
import { cpus, tmpdir } from 'node:os';
import { join } from 'node:path';
import { makeSecrets } from '@scale-up/infra/local/secrets.ts';
import { dim, print } from '@scale-up/infra/local/terminal.ts';
import { demandAnswer, newToken } from '../client/account.ts';
import { type Asked, wrk } from '../client/wrk.ts';
import { fileOf, makeFiles } from '../content/files.ts';
import type { Part } from '../pair.ts';
import { articleCount, productCount, startDatabase } from '../programs/database.ts';
import { startEdge } from '../programs/edge.ts';
import { freePort, startApp, startWeb } from '../programs/node.ts';
import { stopAll } from '../programs/running.ts';
import { type Cost, type Costs, type Kind, kindNames, kinds, type Tier, tiers } from './kinds.ts';

/** Seconds of each kind: first so that code is compiled, then to be counted. */
const pace = { warmUp: 3, measured: 8 };

/** Few enough that nobody queues for long: what a request costs is asked here, not how many there can be. */
const connections = 16;

/** What the headers of an answer take, in bytes. */
const head = 600;

const writer = (token: string, path: string, body: string) => (): string =>
  `
local number = 0
local key = '${randomBytes(6).toString('hex')}-'
math.randomseed(1)
request = function()
  number = number + 1
  return wrk.format('POST', ${path}, {
    ['content-type'] = 'application/json', ['authorization'] = 'Token ${token}', ['idempotency-key'] = key .. number
  }, ${body})
end
`;

const askedOf = (url: string, token: string): Readonly<Record<Kind, Asked>> => {
  const list = `${url}/api/articles?limit=20`;
  const path = `string.format('/api/articles/article-%d/comments', math.random(${articleCount}))`;
  const order = `string.format('{"order":{"lines":[{"product":"product-%d","quantity":1}]}}', math.random(${productCount}))`;
  return {
    file: { url: `${url}/${fileOf('small')}` },
    cached: { url: list },
    read: { url: list, headers: { authorization: `Token ${token}` } },
    write: { url, script: writer(token, path, `'{"comment":{"body":"So it is."}}'`) },
    order: { url, script: writer(token, `'/api/orders'`, order) },
  };
};

/** @param web where the same is answered without TLS, whose certificate nobody vouches for */
const bytesOf = async ({ url, headers = {}, script }: Asked, web: string): Promise<number> => {
  // What a write answers is about as long as one row.
  if (script) return head + 500;
  return head + (await (await fetch(url.replace(/^https:..[^/]+/, web), { headers })).arrayBuffer()).byteLength;
};

const measureKind = async (asked: Asked, parts: Readonly<Record<Tier, Part>>, webUrl: string): Promise<Cost> => {
  await wrk({ ...asked, connections }, pace.warmUp);
  const before = tiers.map((tier) => parts[tier].cpu());
  const { requests } = await wrk({ ...asked, connections }, pace.measured);
  const spent = tiers.map((tier, index) => ((parts[tier].cpu() - (before[index] ?? 0)) * 1_000) / requests);
  const [edge = 0, web = 0, app = 0, database = 0] = spent;
  return { edge, web, app, database, bytes: await bytesOf(asked, webUrl) };
};

/** The whole way of a request, with TLS: the edge and all the rest on one core, the database and who asks on the other. */
const startSite = async (folder: string) => {
  const [edgePort, webPort, ops, appPort] = [await freePort(), await freePort(), await freePort(), await freePort()];
  const database = await startDatabase({ fsync: 'on' });
  const app = await startApp({ port: appPort, database: database.url, token: makeSecrets().token });
  const web = await startWeb({ port: webPort, ops, files: makeFiles(folder), upstream: appPort });
  const edge = await startEdge(folder, { port: edgePort, web: { port: webPort, ops }, isEncrypted: true });
  const webUrl = `http://127.0.0.1:${webPort}`;
  await demandAnswer(`${webUrl}/api/articles?limit=1`);
  return { url: `https://127.0.0.1:${edgePort}`, webUrl, parts: { edge, web, app, database } };
};

/** Measures what a request of each kind costs each tier. The router between web and app, a second HAProxy, costs about what the edge does for a read; it is not in it. */
export const measureCosts = async (): Promise<Costs> => {
  const folder = mkdtempSync(join(tmpdir(), 'scale-up-bench-'));
  chmodSync(folder, 0o755);
  try {
    const { url, webUrl, parts } = await startSite(folder);
    const asked = askedOf(url, await newToken(webUrl));
    const found: [Kind, Cost][] = [];
    for (const kind of kindNames) {
      const cost = await measureKind(asked[kind], parts, webUrl);
      print(dim(`  ${kinds[kind]}: ${tiers.map((tier) => `${tier} ${Math.round(cost[tier])}`).join(', ')} µs`));
      found.push([kind, cost]);
    }
    return {
      date: new Date().toISOString(),
      processor: cpus()[0]?.model.trim() ?? '',
      kinds: Object.fromEntries(found) as Record<Kind, Cost>,
    };
  } finally {
    await stopAll();
    rmSync(folder, { recursive: true, force: true });
  }
};
