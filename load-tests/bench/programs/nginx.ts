import { mkdirSync, writeFileSync } from 'node:fs';
import { type Core, startPinned } from './pinned.ts';
import type { Running } from './running.ts';
import { tools } from './tools.ts';

/**
 * nginx as its manual advises for speed: one worker for its core, files held open and sent by the kernel, connections kept, no log. What of the site's own
 * behaviour costs time (a request id, a held request) it does not do.
 */
const configuration = (folder: string, port: number, server: string): string => `
daemon off;
worker_processes 1;
pid ${folder}/nginx.pid;
error_log ${folder}/error.log error;
events { worker_connections 4096; }
http {
  access_log off;
  client_body_temp_path ${folder}/body;
  proxy_temp_path ${folder}/proxy;
  fastcgi_temp_path ${folder}/fastcgi;
  uwsgi_temp_path ${folder}/uwsgi;
  scgi_temp_path ${folder}/scgi;
  sendfile on;
  tcp_nopush on;
  tcp_nodelay on;
  keepalive_requests 100000000;
  open_file_cache max=1000 inactive=60s;
  types { text/html html; text/css css; application/javascript js; }
  server_tokens off;
${server.replaceAll('$PORT', String(port))}
}
`;

const start = (core: Core, folder: string, port: number, server: string): Promise<Running> => {
  mkdirSync(folder, { recursive: true });
  const file = `${folder}/nginx.conf`;
  writeFileSync(file, configuration(folder, port, server));
  return startPinned(core, { command: tools.nginx, args: ['-c', file, '-p', folder] }, port, tools.env());
};

/** Files, with the headers of caching that the site's have. */
export const nginxOfFiles = (core: Core, folder: string, port: number, files: string): Promise<Running> =>
  start(
    core,
    folder,
    port,
    `  server {
    listen 127.0.0.1:$PORT;
    root ${files};
    location /assets/ { add_header cache-control "public, max-age=31536000, immutable"; }
  }`,
  );

/** Passes everything on, over connections that are kept; to several in turn. */
export const nginxInFront = (core: Core, folder: string, port: number, ...upstreams: number[]): Promise<Running> =>
  start(
    core,
    folder,
    port,
    `  upstream behind {${upstreams.map((one) => ` server 127.0.0.1:${one};`).join('')} keepalive 64; keepalive_requests 100000000; }
  server {
    listen 127.0.0.1:$PORT;
    location / {
      proxy_pass http://behind;
      proxy_http_version 1.1;
      proxy_set_header connection "";
      proxy_set_header host $host;
      proxy_set_header x-forwarded-for $remote_addr;
    }
  }`,
  );

/** Answers everything with the same JSON: what is behind those that pass on, faster than any of them. */
export const nginxOfJson = (core: Core, folder: string, port: number, bytes: number): Promise<Running> => {
  const text = JSON.stringify({ filler: 'x'.repeat(bytes - 13) });
  return start(
    core,
    folder,
    port,
    `  server {
    listen 127.0.0.1:$PORT;
    location / { default_type application/json; return 200 '${text}'; }
  }`,
  );
};
