// Two endpoints of the contract as a careful user writes them: Express 5 and TypeORM, an entity per table. A list is two statements at once, the page with its
// authors by one join and the count; an article is one. Both through the query builder: `find` with a join and `take` reads and sorts the whole table for its
// "distinct" page, which made this peer ten times slower. A pool as large as app's, no unused columns, no logging, NODE_ENV=production. What it leaves out
// (tokens, validation, request ids, holding, caches) makes it faster. Arguments: port, address of the database.
import express from 'express';
import { DataSource, EntitySchema } from 'typeorm';

const [port = '', url = ''] = process.argv.slice(2);

type User = { id: string; username: string; bio: string | null; image: string | null };
type Article = {
  id: string;
  slug: string;
  title: string;
  description: string;
  body: string;
  tagList: string[];
  favoritesCount: number;
  createdAt: Date;
  updatedAt: Date;
  author: User;
};

const users = new EntitySchema<User>({
  name: 'User',
  tableName: 'users',
  columns: {
    id: { type: 'bigint', primary: true, generated: true },
    username: { type: 'text' },
    bio: { type: 'text', nullable: true },
    image: { type: 'text', nullable: true },
  },
});
const articles = new EntitySchema<Article>({
  name: 'Article',
  tableName: 'articles',
  columns: {
    id: { type: 'bigint', primary: true, generated: true },
    slug: { type: 'text', unique: true },
    title: { type: 'text' },
    description: { type: 'text' },
    body: { type: 'text' },
    tagList: { name: 'tag_list', type: 'text', array: true },
    favoritesCount: { name: 'favorites_count', type: 'integer' },
    createdAt: { name: 'created_at', type: 'timestamptz' },
    updatedAt: { name: 'updated_at', type: 'timestamptz' },
  },
  relations: { author: { type: 'many-to-one', target: 'User', joinColumn: { name: 'author_id' } } },
});

const source = new DataSource({ type: 'postgres', url, entities: [users, articles], poolSize: 10 });
await source.initialize();
const repository = source.getRepository(articles);

const summary = ({ slug, title, description, tagList, favoritesCount, createdAt, updatedAt, author }: Article) => ({
  slug,
  title,
  description,
  tagList,
  createdAt,
  updatedAt,
  favorited: false,
  favoritesCount,
  author: { username: author.username, bio: author.bio, image: author.image, following: false },
});

const server = express();
server.disable('x-powered-by');
/** Columns of a list: all but the body. */
const columns = ['id', 'slug', 'title', 'description', 'tagList', 'favoritesCount', 'createdAt', 'updatedAt'];

const withAuthor = () => repository.createQueryBuilder('article').innerJoinAndSelect('article.author', 'author');

server.get('/api/articles', async (request, response) => {
  const page = withAuthor()
    .select([...columns.map((name) => `article.${name}`), 'author'])
    .orderBy('article.id', 'DESC')
    // A join to one: a row is an article, so the database may limit rows.
    .limit(Number(request.query['limit'] ?? 20))
    .offset(Number(request.query['offset'] ?? 0));
  const [found, articlesCount] = await Promise.all([page.getMany(), repository.count()]);
  response.json({ articles: found.map(summary), articlesCount });
});
server.get('/api/articles/:slug', async (request, response) => {
  const found = await withAuthor().where({ slug: request.params.slug }).getOne();
  if (!found) return void response.status(404).json({ title: 'Not found' });
  response.json({ article: { ...summary(found), body: found.body } });
});
server.listen(Number(port), '127.0.0.1');
