// A web server of Express 5: express.static and http-proxy-middleware, as their READMEs show them. Arguments: port, folder, upstream.
import { Agent } from 'node:http';
import express from 'express';
import { createProxyMiddleware } from 'http-proxy-middleware';

const [port = '', folder = '', target = ''] = process.argv.slice(2);
const server = express();
// Without an agent each request would open a connection of its own.
server.use('/api', createProxyMiddleware({ target, agent: new Agent({ keepAlive: true }) }));
server.use(express.static(folder, { maxAge: '1y', immutable: true }));
server.listen(Number(port), '127.0.0.1');
