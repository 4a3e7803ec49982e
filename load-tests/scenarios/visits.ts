import { sleep } from 'k6';
import exec from 'k6/execution';
import type { Options } from 'k6/options';
import { call, files } from './client.ts';
import { plan } from './given.ts';
import type { Scene } from './people.ts';

export { setup, teardown } from './people.ts';

/** Files that a first page has a browser fetch at once, of some ten. */
const assetsPerPage = 4;
/** Seconds from a page to the next: a person reads for longer, which would only cost memory here. */
const glance = 0.5;

/** k6's rates are whole numbers. */
const timeUnit = '1m';

const scenarioOf = ({ visitor, stages }: (typeof plan.arrivals)[number]) => {
  const busiest = Math.max(...stages.map(({ rate }) => rate));
  return {
    executor: 'ramping-arrival-rate' as const,
    exec: visitor,
    timeUnit,
    startRate: 0,
    stages: stages.map(({ seconds, rate }) => ({ duration: `${seconds}s`, target: rate })),
    // A visit takes some 2 s; when the site holds its requests, 30 s longer.
    preAllocatedVUs: Math.ceil((busiest / 60) * 4) + 1,
    maxVUs: Math.ceil((busiest / 60) * 40) + 10,
    // As long as a request may be held.
    gracefulStop: '40s',
  };
};

export const options: Options = {
  hosts: { ...plan.hosts },
  scenarios: Object.fromEntries(plan.arrivals.map((arrivals) => [arrivals.visitor, scenarioOf(arrivals)])),
  thresholds: Object.fromEntries(Object.entries(plan.thresholds).map(([name, rules]) => [name, [...rules]])),
  // With what a browser's own would be: each visitor has his connections.
  noVUConnectionReuse: true,
  discardResponseBodies: false,
  summaryTrendStats: ['med', 'p(95)', 'p(99)', 'max'],
  // Each account logs in or registers, one after another.
  setupTimeout: '120s',
  teardownTimeout: '120s',
};

const pick = <Item>(items: readonly Item[]): Item => items[Math.floor(Math.random() * items.length)] as Item;

const firstPage = ({ assets }: Scene): void => {
  files(['/']);
  files(Array.from({ length: assetsPerPage }, (_, index) => assets[index % assets.length] ?? '/favicon.svg'));
};

/** Names what is written once, and who wrote it. */
const mark = (): string => `k6 ${exec.scenario.name} ${exec.scenario.iterationInTest} ${Date.now().toString(36)}`;

export const reader = (scene: Scene): void => {
  firstPage(scene);
  if (Math.random() < 0.5) {
    call('articles', {});
    sleep(glance);
    const slug = pick(scene.articles);
    call('article', { params: { slug } });
    call('comments', { params: { slug } });
  } else {
    call('products', {});
    call('tags', {});
    sleep(glance);
    call('product', { params: { slug: pick(scene.products) } });
  }
};

export const member = (scene: Scene): void => {
  const token = pick(scene.tokens);
  const slug = pick(scene.articles);
  call('currentUser', {}, { token });
  call('feed', {}, { token });
  sleep(glance);
  call('article', { params: { slug } }, { token });
  call('comments', { params: { slug } }, { token });
};

export const writer = (scene: Scene): void => {
  const token = pick(scene.tokens);
  const article = {
    title: mark(),
    description: 'Written by a load test',
    body: 'It is removed at once.',
    tagList: ['k6'],
  };
  const slug = call('createArticle', { body: { article } }, { token })?.article.slug;
  if (slug === undefined) return;
  sleep(glance);
  call('createComment', { params: { slug }, body: { comment: { body: mark() } } }, { token });
  call('favorite', { params: { slug } }, { token });
  const changed = call('changeArticle', { params: { slug }, body: { article: { title: mark() } } }, { token });
  call('deleteArticle', { params: { slug: changed?.article.slug ?? slug } }, { token });
};

export const buyer = (scene: Scene): void => {
  const token = pick(scene.tokens);
  const product = pick(scene.products);
  call('products', {}, { token });
  call('product', { params: { slug: product } }, { token });
  sleep(glance);
  const lines = [{ product, quantity: 1 }];
  const key = mark().replaceAll(' ', '-');
  const id = call('createOrder', { body: { order: { lines } } }, { token, key })?.order.id;
  if (id === undefined) return;
  call('order', { params: { id } }, { token });
  call('cancelOrder', { params: { id } }, { token });
};

export const handleSummary = (data: object): Record<string, string> => ({ [plan.summary]: JSON.stringify(data) });
