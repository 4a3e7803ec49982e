import assert from 'node:assert/strict';
import { rename, symlink, unlink } from 'node:fs/promises';
import { join } from 'node:path';
import { before, test } from 'node:test';
import { setTimeout as sleep } from 'node:timers/promises';
import { brotliDecompressSync } from 'node:zlib';
import { request } from 'undici';
import type { ServiceProcess } from '@scale-up/testing';
import { exchange, modified, script, scriptPath, siteFolder, startWeb, temporaryFolder, writeFiles } from './web.ts';

const other = 'export const release = "another";\n'.repeat(60);
const otherPath = '/assets/index-9zY_8x7w.js';

const parent = temporaryFolder();
const assets = join(parent, 'assets');
let web: ServiceProcess;
before(async () => {
  web = await startWeb({ STATIC_DIR: await siteFolder(), OTHER_ASSETS_DIR: assets });
});

const get = async (path: string, headers: Record<string, string> = {}, method: 'GET' | 'HEAD' = 'GET') => {
  const { statusCode: status, headers: answered, body } = await request(web.url + path, { method, headers });
  return { status, headers: answered, body: Buffer.from(await body.arrayBuffer()) };
};

test('while the folder is not there, an asset of another release is 404, and what is asked later is found once it is', async () => {
  assert.equal((await get(otherPath)).status, 404);
  await writeFiles(join(assets, 'r1'), { 'other-00000000.css': 'a {}' });
  assert.equal((await get(otherPath)).status, 404);
  // As a deploy does it: a copy that gets its name when it is whole.
  await writeFiles(join(assets, '.r2'), {
    'index-9zY_8x7w.js': other,
    'plain.txt': 'no hash',
    'large-12345678.bin': 'x',
  });
  assert.equal((await get(otherPath)).status, 404);
  await rename(join(assets, '.r2'), join(assets, 'r2'));
  assert.equal((await get(otherPath)).body.toString(), other);
  assert.equal((await get('/assets/other-00000000.css')).status, 200);
});

test('it has the headers of an own one: kept for a year, a tag, ranges, and smaller in a coding within 10 s', async () => {
  const [own, answer] = [await get(scriptPath), await get(otherPath)];
  assert.equal(answer.headers['cache-control'], 'public, max-age=31536000, immutable');
  assert.equal(answer.headers['last-modified'], modified);
  assert.deepEqual(Object.keys(answer.headers).toSorted(), Object.keys(own.headers).toSorted());
  const tag = String(answer.headers['etag']);
  assert.equal((await get(otherPath, { 'if-none-match': tag })).status, 304);
  const part = await get(otherPath, { range: 'bytes=0-5' });
  assert.deepEqual([part.status, part.body.toString()], [206, 'export']);
  const head = await get(otherPath, {}, 'HEAD');
  assert.deepEqual([head.status, head.body.length, head.headers['etag']], [200, 0, tag]);
  let coded = await get(otherPath, { 'accept-encoding': 'br' });
  for (let tries = 0; coded.headers['content-encoding'] !== 'br' && tries < 200; tries++) {
    await sleep(50);
    coded = await get(otherPath, { 'accept-encoding': 'br' });
  }
  assert.equal(brotliDecompressSync(coded.body).toString(), other);
});

test('the own release comes first, and one that was removed on the disk is still answered', async () => {
  await writeFiles(join(assets, 'r2'), {
    [scriptPath.slice('/assets/'.length)]: 'another content under the same name',
  });
  assert.equal((await get(scriptPath)).body.toString(), script);
  await unlink(join(assets, 'r2', 'index-9zY_8x7w.js'));
  assert.equal((await get(otherPath)).body.toString(), other);
});

test('nothing else is given away: names without a hash, other folders, links, ways up', async () => {
  await writeFiles(parent, { 'secret-12345678.txt': 'secret', 'assets/top-12345678.txt': 'secret' });
  await symlink(join(parent, 'secret-12345678.txt'), join(assets, 'r2', 'link-12345678.txt'));
  for (const path of [
    '/assets/plain.txt',
    '/plain.txt',
    '/index-9zY_8x7w.js',
    '/other/index-9zY_8x7w.js',
    '/assets/r2/large-12345678.bin',
    '/assets/top-12345678.txt',
    '/assets/link-12345678.txt',
    '/assets/../secret-12345678.txt',
    '/assets/..%2fsecret-12345678.txt',
    '/assets/..%5csecret-12345678.txt',
    '/assets/%2e%2e/secret-12345678.txt',
    '/assets/../../secret-12345678.txt',
    '/assets/..-12345678.txt',
    '/assets/%00-12345678.txt',
  ]) {
    const answer = await exchange(web.url, `GET ${path} HTTP/1.1\r\nHost: trial\r\nConnection: close\r\n\r\n`);
    assert.match(answer, /^HTTP\/1\.1 40[04] /, path);
    assert.doesNotMatch(answer, /secret(?!-)/, path);
  }
  assert.equal((await get('/assets/large-12345678.bin')).status, 200);
});
