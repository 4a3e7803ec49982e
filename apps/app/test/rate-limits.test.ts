import assert from 'node:assert/strict';
import { connect } from 'node:net';
import { suite, test } from 'node:test';
import { clientOf, problemOf, type Reply, tally } from './support/client.ts';
import { newName, register } from './support/people.ts';
import { contentOf, testSite } from './support/site.ts';

const refusedFor = (reply: Reply, longest: number): void => {
  const { rate } = problemOf(reply, 429);
  const seconds = Number(reply.headers.get('retry-after'));
  assert.ok(Number.isInteger(seconds) && seconds >= 1 && seconds <= longest, String(seconds));
  assert.deepEqual(rate, [`try again in ${seconds} s`]);
};

suite('limits of registrations and logins from one address', () => {
  const site = testSite({
    content: 'migrated',
    env: { REGISTRATION_LIMIT_PER_HOUR: '3', LOGIN_LIMIT_PER_MINUTE: '5' },
  });

  test('past the limit a registration is 429 with Retry-After, and leaves no trace', async () => {
    for (let turn = 0; turn < 3; turn += 1) await register(site);
    const content = await contentOf(site);
    const user = { username: newName(), email: `${newName()}@example.com`, password: 'correct horse' };
    refusedFor(await clientOf(site.url).attempt('register', { body: { user } }), 3_600);
    assert.equal(await contentOf(site), content);
    // Bad input is told so, and counts for nothing.
    await clientOf(site.url).refused(422, 'register', { body: { user: { ...user, password: 'short' } } });
  });

  test('past the limit a login is 429 with Retry-After, right or wrong, and nothing else is', async () => {
    const [row] = await site.database.script('SELECT email FROM users LIMIT 1');
    const login = (password: string) =>
      clientOf(site.url).attempt('login', { body: { user: { email: String(row?.['email']), password } } });
    const replies = await Promise.all(
      Array.from({ length: 5 }, (_, turn) => login(turn % 2 ? 'correct horse' : 'wrong')),
    );
    assert.deepEqual(tally(replies), { 200: 2, 401: 3 });
    for (const password of ['correct horse', 'wrong']) refusedFor(await login(password), 60);
    // A client cannot pretend to be another address.
    const body = { user: { email: String(row?.['email']), password: 'correct horse' } };
    const headers = { 'x-forwarded-for': '203.0.113.7', forwarded: 'for=203.0.113.7' };
    refusedFor(await clientOf(site.url).send('POST', '/users/login', { body, headers }), 60);
    assert.equal((await clientOf(site.url).attempt('articles')).status, 200);
  });
});

suite('limits of wrong passwords', () => {
  const site = testSite();

  test('after ten wrong passwords an account is 429 for every password, whether it exists or not, and others are not', async () => {
    const person = await register(site);
    for (const email of [person.email, 'nobody@example.com']) {
      const login = (address: string, password: string) =>
        clientOf(site.url).attempt('login', { body: { user: { email: address, password } } });
      for (let turn = 0; turn < 10; turn += 1) {
        assert.equal((await login(turn % 2 ? email : email.toUpperCase(), 'wrong')).status, 401);
      }
      refusedFor(await login(email, 'wrong'), 60);
      refusedFor(await login(email.toUpperCase(), person.password), 60);
    }
    const other = await register(site);
    await clientOf(site.url).call('login', { body: { user: { email: other.email, password: other.password } } });
    // The token that somebody has goes on working.
    await person.call('currentUser', {});
  });

  test('of forty guesses at once ten are told that they are wrong, and the right one among the last is not told', async () => {
    const { email, password } = await register(site);
    const guesses = [...Array.from({ length: 40 }, (_, index) => `wrong-${index}`), password];
    const statuses = await loginsInOrder(site.site.app.url, email, guesses);
    assert.equal(statuses.at(-1), 429);
    assert.deepEqual(
      [401, 429].map((status) => statuses.filter((one) => one === status).length),
      [10, 31],
    );
  });
});

/**
 * Logins that are all under way before the first is answered, and begin in the order given: pipelined on one connection (RFC 9112
 * 9.3.2), since connections of their own overtake one another.
 * @returns the status of each answer
 */
const loginsInOrder = async (url: string, email: string, passwords: readonly string[]): Promise<number[]> => {
  const requests = passwords.map((password, index) => {
    const body = JSON.stringify({ user: { email, password } });
    const connection = index === passwords.length - 1 ? 'close' : 'keep-alive';
    return `POST /api/users/login HTTP/1.1\r\nhost: app\r\nconnection: ${connection}\r\ncontent-type: application/json\r\ncontent-length: ${body.length}\r\n\r\n${body}`;
  });
  const { hostname, port } = new URL(url);
  const socket = connect(Number(port), hostname).setEncoding('utf8');
  socket.write(requests.join(''));
  const answers = (await socket.toArray()).join('');
  return [...answers.matchAll(/HTTP\/1\.1 (\d{3}) /g)].map(([, status]) => Number(status));
};
