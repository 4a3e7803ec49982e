import type { Article, Comment, Order, Product } from '@scale-up/contract';
import { type Client, clientOf } from './client.ts';
import type { TestSite } from './site.ts';

export type Person = Client & {
  readonly token: string;
  readonly username: string;
  readonly email: string;
  readonly password: string;
};

let made = 0;
/** A name that nothing in this test file has yet. */
export const newName = (start = 'name'): string => `${start}-${(made += 1)}`;

/** Registers someone. */
export const register = async (
  { url }: Pick<TestSite, 'url'>,
  { username = newName('person'), email = `${newName('mail')}@example.com`, password = 'correct horse' } = {},
): Promise<Person> => {
  const { user } = await clientOf(url).call('register', { body: { user: { username, email, password } } });
  return { ...clientOf(url, user.token), token: user.token, username, email, password };
};

export const registerMany = (site: TestSite, howMany: number): Promise<Person[]> =>
  Promise.all(Array.from({ length: howMany }, () => register(site)));

/** Registers someone and makes an admin of them, as db-migrator does. */
export const registerAdmin = async (site: TestSite): Promise<Person> => {
  const person = await register(site);
  await site.database.script(`UPDATE users SET role = 'admin' WHERE username = '${person.username}'`);
  return person;
};

type ArticleFields = { title?: string; description?: string; body?: string; tagList?: string[] };

/** Publishes an article. */
export const publish = async (author: Client, fields: ArticleFields = {}): Promise<Article> => {
  const article = { title: newName('Title'), description: 'About it', body: 'All of it.', ...fields };
  return (await author.call('createArticle', { body: { article } })).article;
};

type ProductFields = {
  title?: string;
  description?: string;
  price?: number;
  currency?: string;
  stock?: number;
  image?: string | null;
  tagList?: string[];
};

export const addProduct = async (admin: Client, fields: ProductFields = {}): Promise<Product> => {
  const product = { title: newName('Product'), description: 'What it is', price: 1_250, stock: 10, ...fields };
  return (await admin.call('createProduct', { body: { product } })).product;
};

export const placeOrder = async (buyer: Client, ...lines: { product: string; quantity: number }[]): Promise<Order> =>
  (await buyer.call('createOrder', { body: { order: { lines } } })).order;

/** Somebody's own slug of something that does not exist. */
export const nowhere = 'there-is-no-such-thing';

export const addComment = async (author: Client, slug: string, body = newName('Comment')): Promise<Comment> =>
  (await author.call('createComment', { params: { slug }, body: { comment: { body } } })).comment;

/** ISO 8601 with milliseconds and Z, of this minute. */
export const isTimestamp = (text: string): boolean =>
  /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z$/.test(text) && Math.abs(Date.now() - Date.parse(text)) < 60_000;
