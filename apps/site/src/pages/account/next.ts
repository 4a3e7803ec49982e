/** Where to go after logging in: only to an address of this site. */
export const nextOf = (query: URLSearchParams): string => {
  const next = query.get('next') ?? '/';
  return /^\/(?![/\\])/.test(next) ? next : '/';
};
