import assert from 'node:assert/strict';
import { type IncomingMessage, request } from 'node:http';
import { text as read } from 'node:stream/consumers';
import { suite, test } from 'node:test';
import { clientOf, problemOf, type Reply } from './support/client.ts';
import { addComment, newName, publish, register } from './support/people.ts';
import { contentOf, testSite } from './support/site.ts';

suite('bodies', () => {
  const site = testSite();

  test('an empty body that is called JSON is fine wherever no body is needed', async () => {
    const person = await register(site);
    const { slug } = await publish(person);
    const { id } = await addComment(person, slug);
    const { username } = await register(site);
    const calls = [
      ['POST', `/profiles/${username}/follow`, 200],
      ['DELETE', `/profiles/${username}/follow`, 200],
      ['POST', `/articles/${slug}/favorite`, 200],
      ['DELETE', `/articles/${slug}/favorite`, 200],
      ['DELETE', `/articles/${slug}/comments/${id}`, 204],
      ['DELETE', `/articles/${slug}`, 204],
    ] as const;
    for (const [method, path, status] of calls) {
      const reply = await person.send(method, path, { headers: { 'content-type': 'application/json' } });
      assert.equal(reply.status, status, `${method} ${path} ${reply.text}`);
    }
    // Where one is needed, it is missing.
    const reply = await person.send('POST', '/articles', { headers: { 'content-type': 'application/json' } });
    assert.deepEqual(problemOf(reply, 422), { article: ["can't be blank"] });
  });

  test('a body where none is needed is ignored', async () => {
    const person = await register(site);
    const { slug } = await publish(person);
    for (const body of ['{}', '{"a":"\\u0000"}', `${'['.repeat(50_000)}${']'.repeat(50_000)}`]) {
      const reply = await person.send('POST', `/articles/${slug}/favorite`, { body });
      assert.equal(reply.status, 200, body.slice(0, 20));
    }
  });

  test('fields that the contract does not know are ignored, whatever is in them', async () => {
    const author = await register(site);
    const deep = `${'['.repeat(100_000)}${']'.repeat(100_000)}`;
    const extra = [
      '"x":1',
      '"x":"\\u0000"',
      '"x":"\\ud800"',
      `"x":${deep}`,
      '"slug":"mine"',
      '"favoritesCount":99',
      '"\\u0000":1',
    ];
    for (const member of extra) {
      const body = `{"article":{"title":"Extra","description":"d","body":"b",${member}},${member}}`;
      const reply = await author.send('POST', '/articles', { body });
      assert.equal(reply.status, 201, `${member.slice(0, 30)} ${reply.text}`);
      const { article } = JSON.parse(reply.text) as { article: { slug: string; favoritesCount: number } };
      assert.match(article.slug, /^extra/);
      assert.equal(article.favoritesCount, 0);
    }
    const { user } = await author.call('changeUser', { body: { user: { role: 'admin', id: 1, bio: 'b' } as object } });
    assert.equal(user.bio, 'b');
    assert.equal(await site.count(`SELECT count(*) FROM users WHERE role = 'admin'`), 0);
    for (const path of [
      '/articles?x=1&y=%00',
      '/tags?x=%00',
      '/products?__proto__=1',
      '/articles?limit=1&tag=a&z=1&z=2',
    ]) {
      assert.equal((await author.send('GET', path)).status, 200, path);
    }
  });

  test('broken JSON and other bytes than UTF-8 are 400', async () => {
    const author = await register(site);
    const content = await contentOf(site);
    const fields = '"title":"t","description":"d","body":"b"';
    const broken = [
      '{',
      '{"article":',
      "{'a':1}",
      `{"article":{${fields}}} x`,
      `{"article":{${fields},}}`,
      'undefined',
      'NaN',
      ' ',
    ];
    const polluted = [`{"article":{${fields},"__proto__":{"x":1}}}`, `{"__proto__":{},"article":{${fields}}}`];
    for (const body of [...broken, ...polluted]) {
      problemOf(await author.send('POST', '/articles', { body }), 400);
    }
    for (const bytes of ['\xff', '\xc3', '\xed\xa0\x80', '\xc0\xaf', '\x80']) {
      const latin1 = Buffer.from(`{"article":{"title":"${bytes}","description":"d","body":"b"}}`, 'latin1');
      problemOf(await sendBytes(site.url, author.token, latin1), 400);
    }
    assert.equal(await contentOf(site), content);
  });

  test('text that cannot be stored is 422 under its field, and leaves no trace', async () => {
    const author = await register(site);
    const { slug } = await publish(author);
    const content = await contentOf(site);
    for (const unstorable of ['a\\u0000b', 'a\\ud800', '\\udc00b', '\\ude00\\ud83d']) {
      const refused = async (method: string, path: string, body: string) =>
        Object.keys(problemOf(await author.send(method, path, { body }), 422));
      const article = `{"article":{"title":"t","description":"d","body":"${unstorable}"}}`;
      assert.deepEqual(await refused('POST', '/articles', article), ['body']);
      const tags = `{"article":{"tagList":["fine","${unstorable}"]}}`;
      assert.deepEqual(await refused('PUT', `/articles/${slug}`, tags), ['tagList.1']);
      assert.deepEqual(await refused('PUT', '/user', `{"user":{"bio":"${unstorable}"}}`), ['bio']);
      const user = `{"user":{"email":"${newName()}@example.com","username":"u","password":"12345678${unstorable}"}}`;
      assert.deepEqual(await refused('POST', '/users', user), ['password']);
    }
    for (const path of [
      '/articles?tag=%00',
      '/articles?author=a%00',
      '/products?q=%00',
      '/articles/%00',
      '/profiles/a%00b',
    ]) {
      assert.ok([404, 422].includes((await author.send('GET', path)).status), path);
    }
    assert.equal(await contentOf(site), content);
  });

  test('an address that is not percent-encoded UTF-8 is 400', async () => {
    for (const text of ['%', '%z', '%zz', '%ff', '%c3', '%ed%a0%80', '%C0%AF', 'a%2']) {
      for (const path of [`/articles?tag=${text}`, `/articles?${text}=1`, `/products?q=${text}`, `/articles/${text}`]) {
        problemOf(await clientOf(site.url).send('GET', path), 400);
      }
    }
    assert.equal((await clientOf(site.url).send('GET', '/articles?tag=100%25+a%20b')).status, 200);
  });

  test('a body over 1 MiB is 413, one just below is read', async () => {
    const author = await register(site);
    const content = await contentOf(site);
    const article = (length: number) => ({ article: { title: 't', description: 'd', body: 'x'.repeat(length) } });
    problemOf(await author.send('POST', '/articles', { body: article(1_048_577) }), 413);
    problemOf(await author.send('POST', '/articles', { body: article(3_000_000) }), 413);
    problemOf(await author.send('POST', '/articles', { body: article(1_040_000) }), 422);
    assert.equal(await contentOf(site), content);
  });

  test('a body of another type than JSON is 415', async () => {
    const author = await register(site);
    const body = JSON.stringify({ article: { title: 't', description: 'd', body: 'b' } });
    for (const type of [
      'text/plain',
      'application/x-www-form-urlencoded',
      'multipart/form-data; boundary=x',
      'application/xml',
      'json',
      'application/jsonp',
    ]) {
      problemOf(await author.send('POST', '/articles', { body, headers: { 'content-type': type } }), 415);
    }
    for (const type of ['application/json; charset=utf-8', 'Application/JSON']) {
      assert.equal((await author.send('POST', '/articles', { body, headers: { 'content-type': type } })).status, 201);
    }
  });

  test('text of every script comes back byte for byte, everywhere', async () => {
    const texts = [
      '👩‍👩‍👧‍👦 🇪🇺 ✊🏿',
      'مرحبا بالعالم \u202e\u2066abc',
      'e\u0301 é \u1e9b\u0323',
      '漢字かな交じり文 한국어',
      '𝒜𝓃𝒸𝒾𝑒𝓃𝓉 𠮷野家',
      '\uFEFFBOM \u200b\u00a0',
      '\u0001\u001b\u007f\u0085\u2028',
      `"'\\/<script>&amp;`,
      '  spaced \r\n\t ',
    ];
    const author = await register(site);
    for (const text of texts) {
      const fields = { title: text, description: text, body: text };
      const { slug } = await publish(author, { ...fields, tagList: [text] });
      const { article } = await clientOf(site.url).call('article', { params: { slug } });
      assert.deepEqual({ title: article.title, description: article.description, body: article.body }, fields);
      assert.deepEqual(article.tagList, [text.trim()]);
      const { articles } = await author.call('articles', { query: { tag: text.trim() } });
      assert.equal(articles.length, 1);
      assert.ok((await author.call('tags', {})).tags.includes(text.trim()));
      assert.equal((await addComment(author, slug, text)).body, text);
      assert.equal((await author.call('changeUser', { body: { user: { bio: text } } })).user.bio, text);
    }
  });
});

/** Bytes that no fetch would send as they are. */
const sendBytes = async (url: string, token: string, bytes: Buffer): Promise<Reply> => {
  const headers = {
    authorization: `Token ${token}`,
    'content-type': 'application/json',
    'content-length': bytes.length,
  };
  const asked = request(`${url}/api/articles`, { method: 'POST', headers }).end(bytes);
  const response = await new Promise<IncomingMessage>((resolve, reject) => {
    asked.on('response', resolve).on('error', reject);
  });
  const replyHeaders = new Headers({ 'content-type': response.headers['content-type'] ?? '' });
  return { status: response.statusCode ?? 0, headers: replyHeaders, text: await read(response) };
};
