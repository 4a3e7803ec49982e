import { script } from './web.ts';

/** A request without content. */
export const get = (target: string, ...fields: string[]): string =>
  `${[`GET ${target} HTTP/1.1`, 'Host: trial', ...fields].join('\r\n')}\r\n\r\n`;

/** A write with content. */
export const write = (method: string, body: string, ...given: string[]): string =>
  get('/api/x', `Content-Length: ${body.length}`, ...given).replace('GET', method) + body;

/** The one that ends a connection. */
export const last = 'GET /nothing.txt HTTP/1.1\r\nHost: trial\r\nConnection: close\r\n\r\n';

/** What is told from one answer to the next, and what is long. */
export const comparable = (answers: string): string =>
  answers
    .replaceAll(/^date: .*$/gim, 'date: now')
    .replaceAll(/^x-request-id: [0-9a-f-]{36}$/gim, 'x-request-id: new')
    .replaceAll(/"instance":"[^"]*"|"request_id":"[^"]*"/g, '""')
    .replaceAll(script, '[script]')
    .replaceAll(/([~^])\1{99,}/g, (run) => `[${run.length} bytes]`);
