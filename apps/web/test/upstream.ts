import { once } from 'node:events';
import { type IncomingMessage, request, type ServerResponse } from 'node:http';
import { json } from 'node:stream/consumers';
import type { ServiceProcess } from '@scale-up/testing';
import { startUpstream } from './web.ts';

/** What each path of the upstream does; the others tell what reached them. */
export const answers = new Map<string, (request: IncomingMessage, response: ServerResponse) => void>();

export const startTellingUpstream = () =>
  startUpstream((asked, response) => {
    const answer = answers.get(asked.url?.split('?')[0] ?? '');
    if (answer) return answer(asked, response);
    response.end(JSON.stringify({ url: asked.url, method: asked.method, headers: asked.rawHeaders }));
  });

export type Seen = { url: string; method: string; headers: string[] };

/** The values under which a header reached the upstream. */
export const valuesOf = ({ headers }: Seen, name: string): string[] =>
  headers.filter((_, index) => index % 2 === 1 && headers[index - 1]?.toLowerCase() === name);

/** Sends a request and gives the answer when its headers are there. */
export const send = async (
  service: ServiceProcess,
  path: string,
  headers: Record<string, string> = {},
  method = 'GET',
): Promise<IncomingMessage> => {
  const asked = request(service.url + path, { method, headers, agent: false }).end();
  const [response] = (await once(asked, 'response')) as [IncomingMessage];
  return response;
};

/** Sends a request and gives what reached the upstream. */
export const seen = async (...parts: Parameters<typeof send>): Promise<Seen> =>
  (await json(await send(...parts))) as Seen;
