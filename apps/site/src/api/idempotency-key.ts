/** A fresh key: "the same key is the same write". */
export const newKey = (): string => {
  // randomUUID exists only in secure contexts; the site may be looked at over plain HTTP.
  if (typeof crypto.randomUUID === 'function') return crypto.randomUUID();
  return Array.from(crypto.getRandomValues(new Uint8Array(16)), (byte) => byte.toString(16).padStart(2, '0')).join('');
};
