import { readdirSync, readFileSync } from 'node:fs';
import type { ArticleHeader } from '../demo/types.ts';

export type DemoArticle = ArticleHeader & { readonly slug: string; readonly body: string; readonly ageInHours: number };

const folder = new URL('../demo/articles/', import.meta.url);

const age = (published: string): number => {
  const [, days, hours] = /^(\d+)d (\d+)h$/.exec(published) ?? [];
  if (days === undefined || hours === undefined)
    throw new Error(`published must read like "3d 9h", not "${published}"`);
  return Number(days) * 24 + Number(hours);
};

const read = (file: string): DemoArticle => {
  const [, head = '', body = ''] =
    /^---\n(.*?)\n---\n\n?(.*)$/s.exec(readFileSync(new URL(file, folder), 'utf8')) ?? [];
  const header = Object.fromEntries(
    head.split('\n').map((line) => [line.slice(0, line.indexOf(':')), line.slice(line.indexOf(':') + 1).trim()]),
  ) as ArticleHeader;
  return { ...header, slug: file.replace(/\.md$/, ''), body, ageInHours: age(header.published) };
};

/** The demo's articles, oldest first: the order in which they get their ids. */
export const demoArticles = (): DemoArticle[] =>
  readdirSync(folder)
    .filter((file) => file.endsWith('.md'))
    .map(read)
    .toSorted((a, b) => b.ageInHours - a.ageInHours);
