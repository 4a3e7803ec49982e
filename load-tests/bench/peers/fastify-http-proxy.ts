// @fastify/http-proxy as its README shows it. Arguments: port, upstream.
import fastifyHttpProxy from '@fastify/http-proxy';
import { fastify } from 'fastify';

const [port = '', upstream = ''] = process.argv.slice(2);
const server = fastify();
await server.register(fastifyHttpProxy, { upstream });
await server.listen({ host: '127.0.0.1', port: Number(port) });
