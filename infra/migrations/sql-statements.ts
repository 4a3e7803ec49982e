/** A statement of an SQL file, as far as one needs to know it to judge what it does. */
export type SqlStatement = {
  /** Of its first word, from 1. */
  readonly line: number;
  /** In capitals, one space between words; comments gone, the contents of strings and of function bodies gone. */
  readonly code: string;
  /** What the comments above it and in it say. */
  readonly comments: readonly string[];
};

/** What is not code, in the order in which PostgreSQL reads it. */
const part =
  /(?<comment>--[^\n]*|\/\*(?:[^*]|\*(?!\/))*\*\/)|(?<text>[eE]'(?:[^'\\]|\\.|'')*'|'(?:[^']|'')*')|(?<body>\$(?<tag>\w*)\$[\s\S]*?\$\k<tag>\$)|(?<name>"(?:[^"]|"")*")|(?<end>;)|(?<space>\s+)|(?<word>[^\s;'"$/-]+|[\s\S])/g;

/** Splits an SQL file into its statements. */
export const sqlStatements = (sql: string): SqlStatement[] => {
  const statements: SqlStatement[] = [];
  let code = '';
  let comments: string[] = [];
  let line = 1;
  let start = 1;
  const finish = (): void => {
    if (code.trim() !== '') statements.push({ line: start, code: code.trim(), comments });
    code = '';
    comments = [];
  };
  for (const { 0: text, groups = {} } of sql.matchAll(part)) {
    if (groups['comment'] !== undefined) {
      comments.push(text.replace(/^--|^\/\*|\*\/$/g, '').trim());
      code += ' ';
    } else if (groups['end'] !== undefined) finish();
    else if (groups['space'] !== undefined) code += ' ';
    else {
      if (code.trim() === '') start = line;
      if (groups['text'] !== undefined) code += "''";
      else if (groups['body'] !== undefined) code += '$$';
      else if (groups['name'] !== undefined) code += text;
      else code += text.toUpperCase();
    }
    code = code.replace(/ +$/, ' ');
    line += text.split('\n').length - 1;
  }
  finish();
  return statements;
};

/** Splits at commas that stand in no parentheses. */
export const splitList = (code: string): string[] => {
  const items = [''];
  let depth = 0;
  for (const character of code) {
    if (character === '(') depth++;
    else if (character === ')') depth--;
    if (character === ',' && depth === 0) items.push('');
    else items[items.length - 1] += character;
  }
  return items.map((item) => item.trim());
};
