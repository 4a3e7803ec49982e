type Claims = { sub?: unknown; role?: unknown; exp?: unknown };

/** The token's payload, unverified: good enough to decide what to show, never what is allowed. */
export const claimsOf = (token: string): Claims => {
  try {
    const payload = (token.split('.')[1] ?? '').replaceAll('-', '+').replaceAll('_', '/');
    return JSON.parse(atob(payload)) as Claims;
  } catch {
    return {};
  }
};

export const isExpired = (token: string): boolean => {
  const { exp } = claimsOf(token);
  return typeof exp === 'number' && exp * 1000 < Date.now();
};
