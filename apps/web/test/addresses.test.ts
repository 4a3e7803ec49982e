import assert from 'node:assert/strict';
import { symlink, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { before, test } from 'node:test';
import type { ServiceProcess } from '@scale-up/testing';
import { exchange, page, siteFolder, startWeb, temporaryFolder } from './web.ts';

const secret = 'outside of the folder';
let web: ServiceProcess;

before(async () => {
  const outside = temporaryFolder();
  await writeFile(join(outside, 'secret.txt'), secret);
  const folder = await siteFolder({
    '.env': secret,
    '.vite/manifest.json': secret,
    'assets/.hidden.js': secret,
    'pictures/knot.svg': '<svg/>',
  });
  await symlink(join(outside, 'secret.txt'), join(folder, 'out.txt'));
  await symlink(outside, join(folder, 'out'));
  await symlink(join(folder, '.env'), join(folder, 'env.txt'));
  await symlink(join(folder, 'pictures/knot.svg'), join(folder, 'inside.svg'));
  web = await startWeb({ STATIC_DIR: folder });
});

/** Bytes as they are: fetch would tidy the path. */
const ask = async (path: string, headers = '', method = 'GET') => {
  const answer = await exchange(
    web.url,
    `${method} ${path} HTTP/1.1\r\nHost: trial\r\nConnection: close\r\n${headers}\r\n`,
  );
  const [head = '', body = ''] = answer.split('\r\n\r\n');
  return { status: Number(head.split(' ')[1]), head, body };
};

const browser = 'Accept: text/html,application/xhtml+xml\r\nSec-Fetch-Mode: navigate\r\n';

test('no path leads out of the folder or to a hidden file', async () => {
  const corpus = String.raw`
    /../secret.txt /..%2fsecret.txt /%2e%2e/secret.txt /%2e%2e%2fsecret.txt /%252e%252e/secret.txt //etc/passwd
    /assets/../../secret.txt /..\secret.txt /..%5csecret.txt /assets/..%c0%afsecret.txt /../../../../etc/passwd
    /%2fetc/passwd /index.html%00.txt /%00 /./.env /.env /%2eenv /.vite/manifest.json /assets/.hidden.js
    /assets/%2ehidden.js /out.txt /out/secret.txt /env.txt /... /assets/ /assets /assets// /file:///etc/passwd
    /C:/windows/win.ini /~root /.git/config`
    .trim()
    .split(/\s+/);
  for (const path of corpus) {
    for (const headers of ['', browser]) {
      const { status, body } = await ask(path, headers);
      assert.doesNotMatch(body, /outside of the folder|root:/, path);
      assert.ok(status === 404 || status === 400 || (status === 200 && body === page), `${path}: ${status}`);
      if (headers === '') assert.notEqual(status, 200, path);
    }
  }
});

test('a link that stays in the folder is served', async () => {
  assert.equal((await ask('/inside.svg')).body, '<svg/>');
});

test('an address of the site gets the page when a browser goes there, also with a dot in a name', async () => {
  const addresses = ['/login', '/article/on-ropes-v1.2', '/profile/jane.doe', '/profile/j%C3%BCrgen', '/a/b/c?x=y.z'];
  for (const path of addresses) {
    for (const headers of [browser, 'Accept: text/html\r\n']) {
      const answer = await ask(path, headers);
      assert.deepEqual([answer.status, answer.body], [200, page], path);
      assert.match(answer.head, /cache-control: no-cache/);
    }
  }
  assert.equal((await ask('/login', browser, 'HEAD')).status, 200);
});

test('a script that asks for what is missing gets 404 and never the page', async () => {
  for (const headers of [
    'Accept: */*\r\nSec-Fetch-Mode: cors\r\n',
    'Accept: text/html\r\nSec-Fetch-Mode: no-cors\r\n',
    'Accept: application/json\r\n',
    '',
  ]) {
    const { status, head, body } = await ask('/article/on-ropes', headers);
    assert.equal(status, 404);
    assert.match(head, /content-type: application\/problem\+json/);
    assert.match(body, /"type":"\/problems\/not-found"/);
  }
});

test('a missing file is 404 for a browser, too', async () => {
  for (const path of ['/assets/index-gone.js', '/assets/gone', '/pictures/gone.svg', '/robots.txt', '/favicon.ico']) {
    assert.equal((await ask(path, browser)).status, 404, path);
  }
});

test('other methods are 405 and say which are allowed', async () => {
  for (const method of ['POST', 'PUT', 'PATCH', 'DELETE', 'OPTIONS', 'TRACE', 'PROPFIND', 'PURGE', 'M-SEARCH']) {
    const { status, head } = await ask('/', 'Content-Length: 0\r\n', method);
    assert.equal(status, 405, method);
    assert.match(head, /\r\nallow: GET, HEAD\r\n/);
  }
  assert.match((await ask('/api/x', '', 'TRACE')).head, /^HTTP\/1.1 405 [^]*allow: GET, HEAD, POST/);
});

test('a path that cannot be decoded is 400, an endless one 4xx', async () => {
  for (const path of ['/%', '/%zz', '/%c3%28', `/${'a/'.repeat(100)}%`])
    assert.equal((await ask(path)).status, 400, path);
  const { status } = await ask(`/${'a'.repeat(15_000)}`);
  assert.ok(status >= 400 && status < 500);
});

test('everything web says carries the policies, problems and unreadable requests included', async () => {
  const answers = [
    await ask('/', browser),
    await ask('/assets/gone.js'),
    await ask('/%zz'),
    await ask('/', '', 'POST'),
    await ask('/', 'Host: second\r\n'),
    await ask('/', 'Broken Header: x\r\n'),
  ];
  assert.deepEqual(
    answers.map(({ status }) => status),
    [200, 404, 400, 405, 400, 400],
  );
  for (const { head } of answers) {
    assert.match(head, /content-security-policy: default-src 'none'; script-src 'self'/);
    assert.doesNotMatch(head, /unsafe-inline|\r\nserver:/i);
    assert.match(head, /x-content-type-options: nosniff/);
    assert.match(head, /referrer-policy: /);
    assert.match(head, /cross-origin-opener-policy: same-origin/);
    assert.match(head, /\r\ndate: /i);
  }
});
