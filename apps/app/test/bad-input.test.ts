import assert from 'node:assert/strict';
import { Agent, type IncomingMessage, request } from 'node:http';
import { text as read } from 'node:stream/consumers';
import { suite, test } from 'node:test';
import { type BadRequest, badRequest } from './support/bad-requests.ts';
import { problemOf, type Reply } from './support/client.ts';
import {
  addComment,
  addProduct,
  placeOrder,
  publish,
  register,
  registerAdmin,
  registerMany,
} from './support/people.ts';
import { randomFrom } from './support/random.ts';
import { testSite } from './support/site.ts';

const requests = 2_100;
const seed = 20_261_123;
const atOnce = 8;

const agent = new Agent({ keepAlive: true, maxSockets: atOnce });

/** Sends the path as it is; fetch and URL would make it right. */
const sendAsIs = async (url: string, { method, path, headers, body }: BadRequest): Promise<Reply> => {
  const { hostname, port } = new URL(url);
  const response = await new Promise<IncomingMessage>((resolve, reject) => {
    const length = body === undefined ? {} : { 'content-length': Buffer.byteLength(body) };
    const asked = request({ agent, hostname, port, method, path, headers: { ...headers, ...length } }, resolve);
    asked.on('error', reject).end(body);
  });
  const type = response.headers['content-type'] ?? '';
  return {
    status: response.statusCode ?? 0,
    headers: new Headers({ 'content-type': type }),
    text: await read(response),
  };
};

suite('bad input', () => {
  const site = testSite();

  test(`of ${requests} requests near the contract (seed ${seed}) each has an answer below 500, and each refusal is a problem`, async (t) => {
    // Several of each: a right request among them deletes an article, or ends a token with a new password.
    const people = await registerMany(site, 8);
    const admins = await Promise.all([
      registerAdmin(site),
      registerAdmin(site),
      registerAdmin(site),
      registerAdmin(site),
    ]);
    const articles = await Promise.all(people.flatMap((one) => [publish(one), publish(one), publish(one)]));
    const products = await Promise.all(admins.map((one) => addProduct(one)));
    const slugs = [...articles, ...products].map(({ slug }) => slug);
    const comments = await Promise.all(slugs.slice(0, 8).map((slug, index) => addComment(people[index]!, slug)));
    // Named like a text of the right bodies, so that some orders find it.
    const { slug: product } = await addProduct(admins[0], { title: 'anna' });
    const orders = await Promise.all(people.map((one) => placeOrder(one, { product, quantity: 1 })));
    const known = {
      slug: slugs,
      username: people.map(({ username }) => username),
      id: [...comments, ...orders].map(({ id }) => String(id)),
    };
    const tokens = [...people, ...admins, ...admins].map(({ token }): string | undefined => token);
    tokens.push(undefined, 'garbage', 'a.b.c');
    const random = randomFrom(seed);
    const made = Array.from({ length: requests }, () => badRequest(random, known, tokens));
    const faults: string[] = [];
    const statuses: Record<number, number> = {};
    const worker = async (): Promise<void> => {
      for (let one = made.pop(); one; one = made.pop()) {
        const shown = `${one.method} ${one.path.slice(0, 100)} ${one.body?.slice(0, 300)}`;
        try {
          const reply = await sendAsIs(site.url, one);
          statuses[reply.status] = (statuses[reply.status] ?? 0) + 1;
          if (reply.status >= 500) faults.push(`${reply.status} ${shown}`);
          else if (reply.status >= 400 && one.method !== 'HEAD') problemOf(reply, reply.status);
        } catch (error) {
          faults.push(`${String(error)} ${shown}`);
        }
      }
    };
    await Promise.all(Array.from({ length: atOnce }, worker));
    agent.destroy();
    t.diagnostic(`answers by status: ${JSON.stringify(statuses)}`);
    assert.deepEqual(faults, []);
    // Enough of every kind, or the requests are not near the contract.
    for (const status of [200, 201, 400, 401, 403, 404, 415, 422])
      assert.ok((statuses[status] ?? 0) >= 10, String(status));

    const { app } = site.site;
    assert.equal((await fetch(`${app.opsUrl}/readyz`)).status, 200);
    assert.ok(
      app.logs().every((line) => line['pid'] === app.pid),
      'the same process all the time',
    );
    assert.deepEqual(
      app.logs().filter(({ level }) => level === 'error' || level === 'fatal'),
      [],
    );
    await publish(await register(site));
  });
});
