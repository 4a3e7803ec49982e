export const pageSize = 20;

/** ?page=… as a number; what is no page is the first one. */
export const pageOf = (query: URLSearchParams): number => {
  const text = query.get('page') ?? '';
  return /^[1-9]\d{0,6}$/.test(text) ? Number(text) : 1;
};

export const pagesOf = (count: number): number => Math.ceil(count / pageSize);

export const windowOf = (page: number): { limit: number; offset: number } => ({
  limit: pageSize,
  offset: (page - 1) * pageSize,
});

/** An address with the query members that have a value; page 1 goes without saying. */
export const hrefWith = (path: string, members: Record<string, string | number | undefined>): string => {
  const query = new URLSearchParams();
  for (const [name, value] of Object.entries(members)) {
    if (value !== undefined && value !== '' && !(name === 'page' && value === 1)) query.set(name, String(value));
  }
  return query.size > 0 ? `${path}?${query}` : path;
};
