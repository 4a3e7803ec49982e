import assert from 'node:assert/strict';
import { before, test } from 'node:test';
import { setTimeout as sleep } from 'node:timers/promises';
import { brotliDecompressSync, gunzipSync, gzipSync, zstdDecompressSync } from 'node:zlib';
import { request } from 'undici';
import type { ServiceProcess } from '@scale-up/testing';
import { modified, page, script, scriptPath, siteFolder, startWeb } from './web.ts';

const large = Buffer.alloc(1_500_000, 'large file ');
const readyMade = '<svg xmlns="http://www.w3.org/2000/svg">'.padEnd(2_000, ' ');

let web: ServiceProcess;
before(async () => {
  const folder = await siteFolder({
    'favicon.svg': readyMade,
    'favicon.svg.gz': gzipSync(readyMade),
    'picture.png': Buffer.from([0x89, 0x50, 0x4e, 0x47]),
    'large.txt': large,
    'with space ü.txt': 'named oddly',
    'unknown.xyz': 'what is this',
  });
  web = await startWeb({ STATIC_DIR: folder });
});

type Headers = Record<string, string>;

const get = async (path: string, headers: Headers = {}, method = 'GET') => {
  const { statusCode: status, headers: answered, body } = await request(web.url + path, { method, headers });
  return { status, headers: answered as Headers, body: Buffer.from(await body.arrayBuffer()) };
};

test('the page is served at / and by its name, is asked for anew each time, and says what it is', async () => {
  for (const path of ['/', '/index.html', '/?from=mail']) {
    const { status, headers, body } = await get(path);
    assert.equal(status, 200);
    assert.equal(body.toString(), page);
    assert.equal(headers['content-type'], 'text/html; charset=utf-8');
    assert.equal(headers['cache-control'], 'no-cache');
    assert.equal(headers['content-length'], String(page.length));
    assert.equal(headers['last-modified'], modified);
    assert.match(headers['etag'] ?? '', /^"[\w-]{22}"$/);
    assert.ok(headers['date']);
    assert.equal(headers['server'], undefined);
  }
});

test('names with a hash are kept for a year, other files for an hour', async () => {
  assert.equal((await get(scriptPath)).headers['cache-control'], 'public, max-age=31536000, immutable');
  assert.equal((await get('/favicon.svg')).headers['cache-control'], 'public, max-age=3600');
});

test('types follow the names, and what is unknown is bytes', async () => {
  for (const [path, type] of [
    [scriptPath, 'text/javascript; charset=utf-8'],
    ['/favicon.svg', 'image/svg+xml; charset=utf-8'],
    ['/picture.png', 'image/png'],
    ['/unknown.xyz', 'application/octet-stream'],
  ] as const) {
    const { headers } = await get(path);
    assert.equal(headers['content-type'], type);
    assert.equal(headers['x-content-type-options'], 'nosniff');
  }
});

test('a file is found by its percent-encoded name', async () => {
  assert.equal((await get('/with%20space%20%C3%BC.txt')).body.toString(), 'named oddly');
});

test('HEAD has the headers of GET and no body', async () => {
  for (const path of ['/', '/large.txt', scriptPath]) {
    const [head, full] = [await get(path, {}, 'HEAD'), await get(path)];
    assert.equal(head.body.length, 0);
    for (const name of ['content-length', 'content-type', 'etag', 'cache-control']) {
      assert.equal(head.headers[name], full.headers[name]);
    }
  }
});

test('within 3 s of the start text is sent in each coding, smaller, with a tag of its own', async () => {
  const deadline = Date.now() + 3_000;
  const decode = { br: brotliDecompressSync, zstd: zstdDecompressSync, gzip: gunzipSync };
  const tags = new Set([(await get(scriptPath)).headers['etag']]);
  for (const [coding, decoded] of Object.entries(decode)) {
    let answer = await get(scriptPath, { 'accept-encoding': coding });
    while (answer.headers['content-encoding'] !== coding && Date.now() < deadline) {
      await sleep(20);
      answer = await get(scriptPath, { 'accept-encoding': coding });
    }
    assert.equal(answer.headers['content-encoding'], coding);
    assert.equal(answer.headers['vary'], 'accept-encoding');
    assert.ok(answer.body.length < script.length / 10);
    assert.equal(decoded(answer.body).toString(), script);
    tags.add(answer.headers['etag']);
  }
  assert.equal(tags.size, 4);
});

test('pictures that are compressed already are sent as they are, and do not vary', async () => {
  const { headers } = await get('/picture.png', { 'accept-encoding': 'br, gzip' });
  assert.equal(headers['content-encoding'], undefined);
  assert.equal(headers['vary'], undefined);
});

test('a coded file of the build is used, and is no file of its own', async () => {
  const answer = await get('/favicon.svg', { 'accept-encoding': 'gzip' });
  assert.deepEqual(answer.body, gzipSync(readyMade));
  assert.equal((await get('/favicon.svg.gz')).status, 404);
});

test('a client that excludes every form gets 406', async () => {
  const { status, headers } = await get('/picture.png', { 'accept-encoding': 'identity;q=0' });
  assert.equal(status, 406);
  assert.match(headers['content-type'] ?? '', /problem\+json/);
});

test('a file over 1 MiB comes whole from the disk, and in parts', async () => {
  const full = await get('/large.txt');
  assert.ok(full.body.equals(large));
  const part = await get('/large.txt', { range: 'bytes=1000000-1000009' });
  assert.equal(part.status, 206);
  assert.deepEqual(part.body, large.subarray(1_000_000, 1_000_010));
});

test('preconditions are evaluated in the order of RFC 9110 13.2.2', async () => {
  const tag = (await get('/')).headers['etag'] ?? '';
  const [earlier, later] = ['Wed, 01 Jul 2026 11:59:59 GMT', 'Wed, 01 Jul 2026 12:00:01 GMT'];
  const cases: [number, Headers][] = [
    [304, { 'if-none-match': tag }],
    [304, { 'if-none-match': `W/${tag}` }],
    [304, { 'if-none-match': `"a, b", W/"c" , ${tag}` }],
    [304, { 'if-none-match': '*' }],
    [200, { 'if-none-match': '"other"' }],
    [200, { 'if-none-match': tag.slice(1, -1) }],
    [304, { 'if-modified-since': modified }],
    [304, { 'if-modified-since': 'Wednesday, 01-Jul-26 12:00:00 GMT' }],
    [304, { 'if-modified-since': 'Wed Jul  1 12:00:00 2026' }],
    [200, { 'if-modified-since': earlier }],
    [200, { 'if-modified-since': 'yesterday' }],
    [200, { 'if-modified-since': later, 'if-none-match': '"other"' }],
    [304, { 'if-modified-since': earlier, 'if-none-match': tag }],
    [200, { 'if-match': tag }],
    [200, { 'if-match': '*' }],
    [412, { 'if-match': `W/${tag}` }],
    [412, { 'if-match': '"other"', 'if-none-match': tag }],
    [200, { 'if-match': tag, 'if-unmodified-since': earlier }],
    [412, { 'if-unmodified-since': earlier }],
    [200, { 'if-unmodified-since': modified }],
    [200, { 'if-unmodified-since': 'yesterday' }],
    [304, { 'if-none-match': tag, range: 'bytes=0-1' }],
  ];
  for (const [status, headers] of cases)
    assert.equal((await get('/', headers)).status, status, JSON.stringify(headers));
  const unchanged = await get('/', { 'if-none-match': tag });
  assert.equal(unchanged.headers['etag'], tag);
  assert.equal(unchanged.headers['cache-control'], 'no-cache');
  assert.equal(unchanged.body.length, 0);
});

test('one range is answered with 206, an impossible one with 416, everything else with the whole', async () => {
  const size = page.length;
  const tag = (await get('/')).headers['etag'] ?? '';
  const cases: [string, number, string | undefined, string?][] = [
    ['bytes=0-4', 206, `bytes 0-4/${size}`],
    ['bytes=5-', 206, `bytes 5-${size - 1}/${size}`],
    ['bytes=-6', 206, `bytes ${size - 6}-${size - 1}/${size}`],
    ['bytes=-9999', 206, `bytes 0-${size - 1}/${size}`],
    ['bytes=3-9999', 206, `bytes 3-${size - 1}/${size}`],
    [`bytes=${size}-`, 416, `bytes */${size}`],
    ['bytes=-0', 416, `bytes */${size}`],
    ['bytes=0-1,4-5', 200, undefined],
    ['bytes=5-4', 200, undefined],
    ['bytes=-', 200, undefined],
    ['lines=1-2', 200, undefined],
    ['bytes=0-4', 206, `bytes 0-4/${size}`, tag],
    ['bytes=0-4', 206, `bytes 0-4/${size}`, modified],
    ['bytes=0-4', 200, undefined, '"other"'],
    ['bytes=0-4', 200, undefined, `W/${tag}`],
    ['bytes=0-4', 200, undefined, 'Wed, 01 Jul 2026 12:00:01 GMT'],
  ];
  for (const [range, status, contentRange, ifRange] of cases) {
    const answer = await get('/', { range, ...(ifRange && { 'if-range': ifRange }) });
    assert.equal(answer.status, status, range);
    assert.equal(answer.headers['content-range'], contentRange, range);
    const [, first = '0', last = String(size - 1)] = /^bytes (\d+)-(\d+)/.exec(contentRange ?? '') ?? [];
    if (status !== 416) assert.equal(answer.body.toString(), page.slice(Number(first), Number(last) + 1), range);
  }
  assert.equal((await get('/', { range: 'bytes=0-4' }, 'HEAD')).headers['content-length'], String(size));
});
