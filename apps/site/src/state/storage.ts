/** localStorage that may be forbidden, full or edited by hand: then it holds nothing, and the site works on. */
export const stored = {
  read: (name: string): unknown => {
    try {
      return JSON.parse(localStorage.getItem(`halyard.${name}`) ?? 'null') ?? undefined;
    } catch {
      return undefined;
    }
  },
  write: (name: string, value: unknown): void => {
    try {
      localStorage.setItem(`halyard.${name}`, JSON.stringify(value));
    } catch {
      // Nothing depends on it.
    }
  },
  remove: (name: string): void => {
    try {
      localStorage.removeItem(`halyard.${name}`);
    } catch {
      // Nothing depends on it.
    }
  },
};
