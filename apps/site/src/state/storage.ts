/** localStorage that may be forbidden, full or edited by hand: then it holds nothing, and the site works on. */
export const stored = {
  read: (name: string): unknown => {
    try {
      return JSON.parse(localStorage.getItem(`halyard.${name}`) ?? 'null') ?? undefined;
    } catch {
      return undefined;
    }
  },
  /** @returns whether it is kept */
  write: (name: string, value: unknown): boolean => {
    try {
      localStorage.setItem(`halyard.${name}`, JSON.stringify(value));
      return true;
    } catch {
      return false;
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
