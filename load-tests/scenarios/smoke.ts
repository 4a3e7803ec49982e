import type { CallInput, OperationId, operations } from '@scale-up/contract';
import { check } from 'k6';
import exec from 'k6/execution';
import type { Options as RunOptions } from 'k6/options';
import { type Answer, demand as ask, files, type Options, call as send } from './client.ts';
import { plan } from './given.ts';
import type { Scene } from './people.ts';

export { setup, teardown } from './people.ts';
export { handleSummary } from './visits.ts';

export const options: RunOptions = {
  hosts: { ...plan.hosts },
  scenarios: { smoke: { executor: 'shared-iterations', vus: 1, iterations: 1, maxDuration: '1m' } },
  thresholds: {
    failed: ['rate==0'],
    unexpected: ['rate==0'],
    checks: ['rate==1'],
    iterations: ['count==1'],
  },
  summaryTrendStats: ['med', 'p(95)', 'p(99)', 'max'],
  setupTimeout: '120s',
  teardownTimeout: '120s',
};

const seen = new Set<OperationId>();

const demand = <Id extends OperationId>(
  id: Id,
  input: CallInput<(typeof operations)[Id]>,
  how: Options = {},
): NonNullable<Answer<Id>> => {
  seen.add(id);
  return ask(id, input, how);
};

/** What gives no answer: an empty one, or the refusal that is named. */
const call = <Id extends OperationId>(id: Id, input: CallInput<(typeof operations)[Id]>, how: Options): void => {
  seen.add(id);
  send(id, input, how);
};

const account = (name: string, token: string): void => {
  const user = { username: name, email: `${name}@example.com`, password: plan.password };
  call('register', { body: { user } }, { status: 409 });
  demand('login', { body: { user } });
  demand('currentUser', {}, { token });
  demand('changeUser', { body: { user: { bio: 'Made by a load test.' } } }, { token });
};

const articles = (name: string, token: string): void => {
  const article = {
    title: `k6 smoke ${Date.now()}`,
    description: 'Written by a load test',
    body: 'It is removed at once.',
    tagList: ['k6'],
  };
  const { slug } = demand('createArticle', { body: { article } }, { token }).article;
  const read = demand('article', { params: { slug } }).article;
  check(read, {
    'an article reads back as it was written': ({ title, body }) => title === article.title && body === article.body,
  });
  const { articles: own } = demand('articles', { query: { author: name } });
  check(own, { 'a list asked for behind a write shows it': (list) => list.some((one) => one.slug === slug) });
  demand('feed', {}, { token });
  demand('tags', {});
  const { comment } = demand(
    'createComment',
    { params: { slug }, body: { comment: { body: 'So it is.' } } },
    { token },
  );
  const { comments } = demand('comments', { params: { slug } });
  check(comments, { 'a comment is there': (list) => list.some(({ id }) => id === comment.id) });
  call('deleteComment', { params: { slug, id: comment.id } }, { token });
  check(demand('favorite', { params: { slug } }, { token }).article, {
    'one favourite counts': (it) => it.favoritesCount === 1,
  });
  check(demand('unfavorite', { params: { slug } }, { token }).article, {
    'none is left': (it) => it.favoritesCount === 0,
  });
  const changed = demand('changeArticle', { params: { slug }, body: { article: { body: 'Changed.' } } }, { token });
  call('deleteArticle', { params: { slug: changed.article.slug } }, { token });
};

const profiles = (other: string, token: string): void => {
  demand('profile', { params: { username: other } });
  const { profile } = demand('follow', { params: { username: other } }, { token });
  check(profile, { 'who follows is told so': ({ following }) => following });
  demand('unfollow', { params: { username: other } }, { token });
};

const orders = ([slug = '']: readonly string[], token: string): void => {
  demand('products', { query: { limit: 5 } });
  const before = demand('product', { params: { slug } }).product;
  const key = `k6-smoke-${Date.now()}`;
  const body = { order: { lines: [{ product: slug, quantity: 2 }] } };
  const first = demand('createOrder', { body }, { token, key }).order;
  const again = demand('createOrder', { body }, { token, key }).order;
  check(again, { 'an order is placed once for each key': ({ id }) => id === first.id });
  check(first, { 'an order’s total is its price times its quantity': ({ total }) => total === before.price * 2 });
  demand('orders', {}, { token });
  demand('order', { params: { id: first.id } }, { token });
  const cancelled = demand('cancelOrder', { params: { id: first.id } }, { token }).order;
  check(cancelled, { 'an order can be cancelled': ({ status }) => status === 'cancelled' });
};

/** A customer may not; what an admin may is not done to a shop that is open. */
const shop = ([slug = '']: readonly string[], token: string): void => {
  const product = { title: 'A product of nobody’s', description: 'It is refused', price: 1, stock: 1 };
  call('createProduct', { body: { product } }, { token, status: 403 });
  call('changeProduct', { params: { slug }, body: { product } }, { token, status: 403 });
  call('changeStock', { params: { slug }, body: { stock: { delta: 1, reason: 'restock' } } }, { token, status: 403 });
  call('cluster', {}, { token, status: 403 });
};

export default ({ names: [name = '', other = ''], tokens: [token = ''], products, assets }: Scene): void => {
  files(['/', '/favicon.svg', '/login', ...assets]);
  account(name, token);
  profiles(other, token);
  articles(name, token);
  orders(products, token);
  shop(products, token);
  const missing = (Object.keys(plan.endpoints) as OperationId[]).filter((id) => !seen.has(id));
  if (missing.length > 0) exec.test.abort(`These operations of the contract were not called: ${missing.join(', ')}`);
};
