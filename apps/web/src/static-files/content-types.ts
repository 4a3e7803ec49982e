import { extname } from 'node:path';

type ContentType = { readonly type: string; readonly isCompressible: boolean };

const text = (type: string): ContentType => ({ type, isCompressible: true });
const binary = (type: string): ContentType => ({ type, isCompressible: false });

// What a site's build may hold; formats that are compressed already are not compressed again.
const byExtension: Record<string, ContentType> = {
  '.html': text('text/html; charset=utf-8'),
  '.css': text('text/css; charset=utf-8'),
  '.js': text('text/javascript; charset=utf-8'),
  '.mjs': text('text/javascript; charset=utf-8'),
  '.json': text('application/json; charset=utf-8'),
  '.map': text('application/json; charset=utf-8'),
  '.webmanifest': text('application/manifest+json; charset=utf-8'),
  '.svg': text('image/svg+xml; charset=utf-8'),
  '.txt': text('text/plain; charset=utf-8'),
  '.md': text('text/markdown; charset=utf-8'),
  '.xml': text('application/xml; charset=utf-8'),
  '.csv': text('text/csv; charset=utf-8'),
  '.wasm': text('application/wasm'),
  '.ico': text('image/x-icon'),
  '.ttf': text('font/ttf'),
  '.otf': text('font/otf'),
  '.woff': binary('font/woff'),
  '.woff2': binary('font/woff2'),
  '.png': binary('image/png'),
  '.jpg': binary('image/jpeg'),
  '.jpeg': binary('image/jpeg'),
  '.gif': binary('image/gif'),
  '.webp': binary('image/webp'),
  '.avif': binary('image/avif'),
  '.mp4': binary('video/mp4'),
  '.webm': binary('video/webm'),
  '.mp3': binary('audio/mpeg'),
  '.pdf': binary('application/pdf'),
};

/** The type of a file by its name; what is unknown is offered for download. */
export const contentTypeOf = (path: string): ContentType =>
  byExtension[extname(path).toLowerCase()] ?? binary('application/octet-stream');
