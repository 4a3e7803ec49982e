// @fastify/static as its README shows it, with the caching of hashed files. Arguments: port, folder.
import fastifyStatic from '@fastify/static';
import { fastify } from 'fastify';

const [port = '', root = ''] = process.argv.slice(2);
const server = fastify();
await server.register(fastifyStatic, { root, maxAge: '1y', immutable: true });
await server.listen({ host: '127.0.0.1', port: Number(port) });
