import assert from 'node:assert/strict';
import { once } from 'node:events';
import { createServer, type RequestListener } from 'node:http';
import { cpus } from 'node:os';
import type { AddressInfo } from 'node:net';
import { spawn } from 'node:child_process';
import { suite, test } from 'node:test';
import { askAtRate } from '../../bench/client/open-model.ts';
import { figuresOf } from '../../bench/programs/process-figures.ts';

const why = process.platform !== 'linux' || cpus().length < 2 ? 'the bench needs Linux and two cores' : false;

/** Does something with a server that answers so. */
const withServer = async <Result>(answer: RequestListener, work: (url: string) => Promise<Result>): Promise<Result> => {
  const server = createServer(answer).listen(0, '127.0.0.1');
  await once(server, 'listening');
  try {
    return await work(`http://127.0.0.1:${(server.address() as AddressInfo).port}/`);
  } finally {
    server.closeAllConnections();
    server.close();
  }
};

const say: RequestListener = (_, response) => {
  response.writeHead(200, { 'content-length': 2 }).end('ok');
};

suite('the sender at a rate', { skip: why }, () => {
  test('sends as many as it was told, with the headers it was given', async () => {
    let asked = 0;
    const tokens = new Set<string | undefined>();
    const answered = await withServer(
      (request, response) => {
        asked += 1;
        tokens.add(request.headers.authorization);
        say(request, response);
      },
      (url) => askAtRate(url, 200, 2, { authorization: 'Token x' }),
    );
    assert.equal(asked, 400);
    assert.equal(answered.requests, 400);
    assert.deepEqual([...tokens], ['Token x']);
    assert.ok(answered.rate > 150 && answered.rate <= 205, `${answered.rate} requests/s`);
  });

  test('a server that stands still for half a second makes all wait who came meanwhile', async () => {
    let isFirst = true;
    const { p99, p50 } = await withServer(
      (request, response) => {
        if (isFirst) {
          isFirst = false;
          for (const end = performance.now() + 500; performance.now() < end;);
        }
        say(request, response);
      },
      (url) => askAtRate(url, 200, 2),
    );
    // A client that waits for each answer would have counted one slow request of many.
    assert.ok(p99 > 400, `the slowest hundredth took ${p99} ms`);
    assert.ok(p50 < 250, `the median is ${p50} ms`);
  });

  test('an answer that is an error is a fault, not a fast answer', async () => {
    const failing: RequestListener = (_, response) => void response.writeHead(503, { 'content-length': 0 }).end();
    await assert.rejects(
      withServer(failing, (url) => askAtRate(url, 50, 1)),
      /HTTP\/1\.1 503/,
    );
  });
});

test('a process’ time is what it worked, with that of its children', { skip: why }, async () => {
  const busy = 'while (process.cpuUsage().user < 400_000); setTimeout(() => {}, 60_000)';
  // A shell that waits, and a child that works.
  const child = spawn('sh', ['-c', `"${process.execPath}" -e "${busy}"; true`], { detached: true });
  try {
    const figures = figuresOf(child.pid ?? 0);
    for (const deadline = performance.now() + 20_000; figures.cpu() < 300;)
      if (performance.now() > deadline) assert.fail(`only ${figures.cpu()} ms after 20 s`);
      else await new Promise((resolve) => setTimeout(resolve, 50));
    assert.ok(figures.cpu() < 5_000);
    assert.ok(figures.memory() > 20, `${figures.memory()} MB`);
  } finally {
    process.kill(-(child.pid ?? 0), 'SIGKILL');
  }
});
