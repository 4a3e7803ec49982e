/** Series that an expression asks for: their name, and the labels that it looks at there. */
export type Selector = { readonly name: string; readonly labels: readonly string[] };

const grouping = /\b(?:by|without|on|ignoring|group_left|group_right)\s*\([^)]*\)/g;
const words = new Set(['and', 'or', 'unless', 'bool', 'offset', 'by', 'without', 'on', 'ignoring', 'inf', 'nan']);

/** The selectors of an expression that promtool has accepted. */
export const selectorsOf = (expression: string): Selector[] => {
  // What stands in quotes is no name; what it was compared with is looked at by nobody here.
  const bare = expression.replaceAll(/"(?:[^"\\]|\\.)*"/g, '""').replaceAll(grouping, ' ');
  return [...bare.matchAll(/([a-zA-Z_:][\w:]*)\s*(\(|\{([^}]*)\})?/g)].flatMap(([, name = '', next, matchers = '']) => {
    if (next === '(' || words.has(name) || isDuration(bare, name)) return [];
    return { name, labels: [...matchers.matchAll(/(\w+)\s*(?:=~|!~|!=|=)/g)].map(([, label = '']) => label) };
  });
};

/** `5m` of `[5m]`: the number before it was no part of the word. */
const isDuration = (text: string, word: string): boolean =>
  /^[smhdwy]$/.test(word) && new RegExp(`\\d${word}\\b`).test(text);

/** The labels by which an expression puts series together. */
export const groupingLabelsOf = (expression: string): string[] =>
  [...expression.replaceAll(/"(?:[^"\\]|\\.)*"/g, '""').matchAll(/\b(?:by|on)\s*\(([^)]*)\)/g)].flatMap(
    ([, list = '']) =>
      list
        .split(',')
        .map((label) => label.trim())
        .filter(Boolean),
  );
