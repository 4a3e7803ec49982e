/** Every secret word in a value: what nobody but its readers may see. Certificates and names are none. */
export const secretsIn = (value: unknown, key = ''): string[] => {
  if (typeof value === 'string') return key.endsWith('cert') ? [] : [value.trim()];
  if (typeof value !== 'object' || value === null) return [];
  return Object.entries(value).flatMap(([name, each]) => secretsIn(each, name));
};
