import { hrefWith } from './paging.ts';

export const articleHref = (slug: string): string => `/article/${encodeURIComponent(slug)}`;
export const profileHref = (username: string): string => `/profile/${encodeURIComponent(username)}`;
export const tagHref = (tag: string): string => hrefWith('/', { tag });
export const productHref = (slug: string): string => `/shop/${encodeURIComponent(slug)}`;

export const orderHref = (id: string): string => `/orders/${encodeURIComponent(id)}`;

/** The log-in page, which leads back to where the reader is. */
export const loginHref = (): string => {
  const { pathname, search } = location;
  if (pathname === '/login') return pathname + search;
  return hrefWith('/login', { next: pathname === '/' ? undefined : pathname + search });
};
