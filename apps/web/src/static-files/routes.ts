import type { IncomingMessage } from 'node:http';
import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify';
import { type Exchange, Problem } from '@scale-up/service';
import { answerFile } from './answer.ts';
import type { Manifest } from './manifest.ts';
import { negotiate, preferencesOf } from './negotiation.ts';
import type { OtherAssets } from './other-assets.ts';
import type { StaticFile } from './static-file.ts';
import type { StaticFolder } from './static-folder.ts';

const pathOf = (url: string): string => {
  const query = url.indexOf('?');
  return query === -1 ? url : url.slice(0, query);
};

/** The name that a percent-encoded path means; undefined where it hides a separator or a NUL, or cannot be read. */
const decode = (path: string): string | undefined => {
  if (/%(?:2f|5c|00)/i.test(path)) return undefined;
  try {
    return decodeURIComponent(path);
  } catch {
    return undefined;
  }
};

const findFile = ({ files }: Manifest, path: string): StaticFile | undefined => {
  const file = files.get(path);
  if (file || !path.includes('%')) return file;
  return files.get(decode(path) ?? '');
};

/**
 * Whether a path that is no file is an address of the site, whose page is index.html. A user name or a slug may hold a dot, so
 * what looks like a file is decided by place: below a folder of static files, or a name with a suffix at the top.
 */
const isPageAddress = ({ folders }: Manifest, path: string): boolean => {
  const [, first = '', ...rest] = path.split('/');
  if (folders.has(first) || first.startsWith('.')) return false;
  return rest.length > 0 || !/\.\w+$/.test(first);
};

/** Whether a browser goes somewhere, as against a script or a page asking for a part. */
const isNavigation = ({ headers }: IncomingMessage): boolean => {
  const mode = headers['sec-fetch-mode'];
  return (mode === undefined || mode === 'navigate') && (headers.accept?.includes('text/html') ?? false);
};

/** The route of everything that is no other route. */
const staticRoute = '/*';

/**
 * Answers with a whole file that is in memory, in a coding that the client takes.
 * @returns whether it did; otherwise the request takes the ordinary way
 */
export const answerPrepared = ({ manifest }: StaticFolder, exchange: Exchange): boolean => {
  const { method, target, acceptEncoding, isConditional } = exchange.asked;
  const file = method !== 'GET' || isConditional ? undefined : manifest.files.get(pathOf(target));
  const prepared = file && negotiate(file.representations, preferencesOf(acceptEncoding))?.prepared;
  if (!prepared) return false;
  exchange.route = staticRoute;
  exchange.answer(prepared);
  return true;
};

const answerOther = async (
  request: FastifyRequest,
  reply: FastifyReply,
  others: OtherAssets,
  path: string,
): Promise<FastifyReply> => {
  const file = await others.find(path);
  if (!file) throw new Problem('not-found');
  return answerFile(request, reply, file);
};

/**
 * GET and HEAD of everything that is no other route: a file, an asset of another release, the page of an address of the site, or 404.
 * @param others where assets of other releases are, if anywhere
 */
export const serveStaticFiles = (server: FastifyInstance, folder: StaticFolder, others?: OtherAssets): void => {
  const handler = (request: FastifyRequest, reply: FastifyReply): FastifyReply | Promise<FastifyReply> => {
    const { manifest } = folder;
    const path = pathOf(request.raw.url ?? '/');
    const file = findFile(manifest, path);
    if (file) return answerFile(request, reply, file);
    if (others?.mayHave(path)) return answerOther(request, reply, others, path);
    if (isNavigation(request.raw) && isPageAddress(manifest, path)) return answerFile(request, reply, manifest.index);
    throw new Problem('not-found');
  };
  server.route({ method: ['GET', 'HEAD'], url: staticRoute, handler });
};
