// Three endpoints of the contract as an ordinary service has them: Express 5 and TypeORM, an entity per table, a query per request. Written for this comparison,
// with care: a pool of the same size, relations joined rather than fetched one by one, no unused columns, nothing logged, compiled routes. What it leaves out
// (validation, request ids, holding, caches) makes it faster. Arguments: port, address of the database.
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
server.get('/api/articles', async (request, response) => {
  const [found, articlesCount] = await repository.findAndCount({
    select: {
      id: true,
      slug: true,
      title: true,
      description: true,
      tagList: true,
      favoritesCount: true,
      createdAt: true,
      updatedAt: true,
    },
    relations: { author: true },
    order: { id: 'DESC' },
    take: Number(request.query['limit'] ?? 20),
    skip: Number(request.query['offset'] ?? 0),
  });
  response.json({ articles: found.map(summary), articlesCount });
});
server.get('/api/articles/:slug', async (request, response) => {
  const found = await repository.findOne({ where: { slug: request.params.slug }, relations: { author: true } });
  if (!found) return void response.status(404).json({ title: 'Not found' });
  response.json({ article: { ...summary(found), body: found.body } });
});
server.listen(Number(port), '127.0.0.1');
