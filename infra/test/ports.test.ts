import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { createServer, type Server } from 'node:net';
import { after, test } from 'node:test';
import { fileURLToPath } from 'node:url';
import { findPort, holderOf, wantedPort } from '../local/ports.ts';

const servers: Server[] = [];
after(() => servers.forEach((server) => server.close()));

const listen = async (host: string, port = 0): Promise<number> => {
  const server = createServer().listen(port, host);
  servers.push(server);
  await once(server, 'listening');
  return (server.address() as { port: number }).port;
};

/** A port whose neighbours above are most likely free: far from where the system hands ports out. */
const base = 21_000 + (process.pid % 5_000);

test('a free port is given as it is wanted, and no second time', async () => {
  const taken = new Set<number>();
  assert.equal(await findPort(base, taken), base);
  assert.equal(await findPort(base, taken), base + 1);
});

const ports = fileURLToPath(new URL('../local/ports.ts', import.meta.url));

test(
  'a port that one process was given no other gets while that lives, although nobody listens on it',
  { skip: process.platform !== 'linux' && 'by abstract sockets' },
  async () => {
    const wanted = base + 200;
    const program = `const { findPort } = await import(${JSON.stringify(ports)});
      process.stdout.write(String(await findPort(${wanted}, new Set())));
      process.stdin.resume();`;
    const children = Array.from({ length: 8 }, () =>
      spawn(process.execPath, ['--input-type=module', '--eval', program], { stdio: ['pipe', 'pipe', 'inherit'] }),
    );
    const given = await Promise.all(
      children.map(async (child) => {
        const [text] = (await once(child.stdout, 'data')) as [Buffer];
        return Number(text.toString());
      }),
    );
    assert.equal(new Set(given).size, children.length, given.join());
    assert.ok(!given.includes(await findPort(wanted, new Set())));
    for (const child of children) child.stdin.end();
    await Promise.all(children.map((child) => once(child, 'exit')));
    assert.equal(await findPort(wanted, new Set()), wanted);
  },
);

for (const host of ['127.0.0.1', '0.0.0.0', '::1', '::']) {
  test(`a port that somebody holds on ${host} is passed by, and told`, async () => {
    const port = await findPort(base + 100, new Set());
    await listen(host, port);
    const busy: number[] = [];
    assert.equal(await findPort(port, new Set(), (held) => busy.push(held)), port + 1);
    assert.deepEqual(busy, [port]);
    servers.pop()?.close();
  });
}

test('a held port leads to its program, script and process id, and to no other argument', async () => {
  const port = await listen('127.0.0.1');
  const holder = holderOf(port);
  assert.match(holder, new RegExp(`^node \\S+\\.ts \\(process ${process.pid}\\)$`));
});

test('a port that nobody holds is said to be held by another process', () => {
  assert.equal(holderOf(1), 'another process');
});

test('past the last port there is none', async () => {
  const port = await findPort(65_535, new Set());
  await assert.rejects(findPort(65_535, new Set([port])), /no free port/);
});

test('a variable names the wanted port; what is no port is refused by name', () => {
  const name = 'SCALE_UP_SOME_PORT';
  assert.equal(wantedPort(name, 8080), 8080);
  process.env[name] = '9000';
  assert.equal(wantedPort(name, 8080), 9000);
  for (const wrong of ['0', '65536', '-1', '80a', '8e3', ' ']) {
    process.env[name] = wrong;
    assert.throws(() => wantedPort(name, 8080), /SCALE_UP_SOME_PORT must be a port, 1 to 65535, not /);
  }
  delete process.env[name];
});
