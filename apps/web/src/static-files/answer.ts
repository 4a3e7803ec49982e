import { open } from 'node:fs/promises';
import { pipeline } from 'node:stream/promises';
import type { FastifyReply, FastifyRequest } from 'fastify';
import { Problem } from '@scale-up/service';
import { negotiate, preferencesOf } from './negotiation.ts';
import { checkPreconditions, ifRangeHolds, isConditional } from './preconditions.ts';
import { parseRange, type Range } from './range.ts';
import type { Representation, StaticFile } from './static-file.ts';

// Writes to Node's response directly: Fastify's own way of sending costs a fifth of the throughput of a small file.
const write = (
  request: FastifyRequest,
  reply: FastifyReply,
  status: number,
  headers: string[],
  body?: Buffer | string,
): FastifyReply => {
  reply.hijack();
  // Node has read the array when writeHead returns, so one array serves all answers.
  headers[headers.length - 1] = request.id;
  const response = reply.raw;
  response.writeHead(status, headers);
  if (body === undefined || request.method === 'HEAD') response.end();
  else response.end(body, 'latin1');
  return reply;
};

/** Answers with part or all of a file that is on the disk. */
const stream = async (
  request: FastifyRequest,
  reply: FastifyReply,
  file: StaticFile,
  status: number,
  headers: string[],
  range: Range,
): Promise<void> => {
  const handle = await open(file.source);
  try {
    const { mtimeMs } = await handle.stat();
    // Another content under the old tag and length would be a lie; the folder is being rebuilt, and is read again in a moment.
    if (mtimeMs !== file.modifiedMs) throw new Problem('unavailable', {}, { 'retry-after': '1' });
    reply.hijack();
    headers[headers.length - 1] = request.id;
    reply.raw.writeHead(status, headers);
    const { first: start, last: end } = range;
    await pipeline(handle.createReadStream({ start, end, autoClose: false }), reply.raw);
  } catch (error) {
    if (!reply.raw.headersSent) throw error;
    request.log.info({ err: error }, 'file cut off');
    reply.raw.destroy();
  } finally {
    await handle.close();
  }
};

const replaced = (headers: readonly string[], name: string, value: string): string[] =>
  headers.map((item, index) => (index % 2 === 1 && headers[index - 1] === name ? value : item));

const rangeOf = ({ headers, method }: FastifyRequest, file: StaticFile, chosen: Representation) => {
  // RFC 9110 14.2: a Range counts for GET only.
  if (headers.range === undefined || method !== 'GET') return undefined;
  const ifRange = headers['if-range'];
  if (
    !ifRangeHolds(typeof ifRange === 'string' ? ifRange : undefined, { etag: chosen.etag, modified: file.modified })
  ) {
    return undefined;
  }
  return parseRange(headers.range, chosen.length);
};

/** Answers a GET or HEAD with a file: negotiation, then preconditions, then the range (RFC 9110 12.5.3, 13.2.2, 14.2). */
export const answerFile = (request: FastifyRequest, reply: FastifyReply, file: StaticFile): FastifyReply => {
  const { headers } = request;
  const accepted = headers['accept-encoding'];
  const chosen = negotiate(file.representations, preferencesOf(typeof accepted === 'string' ? accepted : undefined));
  if (!chosen) throw new Problem('not-acceptable', {}, { vary: 'accept-encoding' });
  if (isConditional(headers)) {
    const status = checkPreconditions(headers, { etag: chosen.etag, modified: file.modified });
    if (status === 304) return write(request, reply, 304, chosen.notModifiedHeaders);
    if (status === 412) throw new Problem('precondition-failed');
  }
  const range = rangeOf(request, file, chosen);
  if (range === 'unsatisfiable') {
    throw new Problem('range-not-satisfiable', {}, { 'content-range': `bytes */${chosen.length}` });
  }
  const status = range ? 206 : 200;
  const part = range ?? { first: 0, last: chosen.length - 1 };
  const answered = range
    ? [
        'content-range',
        `bytes ${range.first}-${range.last}/${chosen.length}`,
        ...replaced(chosen.headers, 'content-length', String(range.last - range.first + 1)),
      ]
    : chosen.headers;
  if (chosen.bytes) {
    const body = range ? chosen.bytes.subarray(range.first, range.last + 1) : chosen.body;
    return write(request, reply, status, answered, body);
  }
  if (request.method === 'HEAD') return write(request, reply, status, answered);
  stream(request, reply, file, status, answered, part).catch((error: unknown) => void reply.send(error));
  return reply;
};
