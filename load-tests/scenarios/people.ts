import exec from 'k6/execution';
import { call, demand, files, prepare } from './client.ts';
import { plan } from './given.ts';

/** Who visits and what is there to be visited. */
export type Scene = {
  /** Of accounts that were made for load tests; k6 gives them to the run, which keeps them for the next one. */
  readonly tokens: readonly string[];
  readonly names: readonly string[];
  readonly articles: readonly string[];
  /** In stock. */
  readonly products: readonly string[];
  /** What the first page needs. */
  readonly assets: readonly string[];
};

/** Smaller, and a buyer might find nothing left, since what was ordered is only given back at the end of the visit. */
const enough = 50;

const admit = (index: number): string => {
  const known = plan.tokens[index];
  if (known !== undefined && call('currentUser', {}, { token: known }) !== undefined) return known;
  const username = `${plan.name}-${index}`;
  const account = { email: `${username}@example.com`, password: plan.password };
  const answer =
    call('login', { body: { user: account } }) ?? demand('register', { body: { user: { ...account, username } } });
  return answer.user.token;
};

/** Articles that a run left behind when it was interrupted. */
const clear = (username: string, token: string): void => {
  const left = call('articles', { query: { author: username, limit: 100 } })?.articles ?? [];
  for (const { slug } of left) call('deleteArticle', { params: { slug } }, { token });
};

const assetsOf = (page: string): string[] => [...new Set(page.match(/\/assets\/[\w.-]+/g) ?? [])];

/** Accounts are made the first time, and stay: they are known by their names. What they wrote before is removed. */
export const setup = (): Scene => {
  prepare();
  const [page] = files(['/']);
  if (page?.status !== 200) exec.test.abort(`${plan.url} gives no page (status ${page?.status}, ${page?.error})`);
  const indices = Array.from({ length: plan.people }, (_, index) => index);
  const tokens = indices.map((index) => admit(index));
  const names = indices.map((index) => `${plan.name}-${index}`);
  tokens.forEach((token, index) => clear(names[index] ?? '', token));
  for (const token of tokens.slice(1)) call('follow', { params: { username: names[0] ?? '' } }, { token });
  const { articles } = demand('articles', { query: { limit: 50 } });
  const { products } = demand('products', { query: { limit: 50 } });
  const inStock = products.filter(({ stock }) => stock >= enough);
  if (articles.length === 0 || inStock.length === 0) {
    exec.test.abort(
      `There must be an article and a product of which ${enough} are in stock to visit; the site has ${articles.length} and ${inStock.length}. The demo's content: npx nx deploy infra -- --seed`,
    );
  }
  return {
    tokens,
    names,
    articles: articles.map(({ slug }) => slug),
    products: inStock.map(({ slug }) => slug),
    assets: assetsOf(page?.body ?? ''),
  };
};

/** Orders are cancelled and articles deleted by who made them; here what a visit left that was cut off at the end. */
export const teardown = ({ tokens, names }: Scene): void => {
  prepare();
  tokens.forEach((token, index) => {
    clear(names[index] ?? '', token);
    const orders = call('orders', { query: { limit: 100 } }, { token })?.orders ?? [];
    for (const { id, status } of orders) if (status === 'placed') call('cancelOrder', { params: { id } }, { token });
  });
};
