import { type Operation, operations } from '@scale-up/contract';
import type { TSchema } from 'typebox';
import type { Random } from './random.ts';

/** A request as bytes on the way may say it; nothing in it is checked. */
export type BadRequest = {
  readonly method: string;
  readonly path: string;
  readonly headers: Record<string, string>;
  readonly body: string | undefined;
};

type Shape = TSchema & {
  type?: string | string[];
  properties?: Record<string, Shape>;
  items?: Shape;
};

type Known = Readonly<Record<string, readonly string[]>>;

const deep = (open: string, close: string): string => `${open.repeat(10_000)}1${close.repeat(10_000)}`;

const words = (text: TemplateStringsArray): string[] => String.raw(text).trim().split(/\s+/);

/** JSON text of values that are wrong nearly everywhere. */
const wrongValues = [
  ...words`
    null true false 0 -0 -1 0.1 1e999 -1e999 1e-999 9007199254740993 99999999999999999999 2147483648 -2147483649
    "" "\u0000" "a\u0000b" "\ud800" "\udc00\ud800" "\uffff" "\uFEFF" "\u2028" "NaN" "1" "$1" "%s%n" "\\" "👩‍👩‍👧"
    [] {} [[]] [null] {"a":1} ["a","a"] {"__proto__":{"isAdmin":true}} {"constructor":{"prototype":{"x":1}}}
    {"toString":1,"valueOf":2} {"then":1} "../../etc/passwd" "<script>" "a@b" "EUR" "XXX"`,
  '" "',
  `"'; DROP TABLE users; --"`,
  '"\u2028"',
  deep('[', ']'),
  deep('{"a":', '}'),
  `"${'x'.repeat(70_000)}"`,
  `"${'😀'.repeat(3_000)}"`,
  `[${'1,'.repeat(20_000)}1]`,
];

const wrongTexts = [
  ...words`
    %00 %20 % %zz %ff %ed%a0%80 %u0041 .. %2e%2e %2F null NaN -1 0 1e9 0x1 9007199254740993 99999999999999999999
    %F0%9F%98%80 feed __proto__ constructor ' %5C * ; %0d%0a`,
  '',
  'x'.repeat(300),
  'x'.repeat(5_000),
  '%F0%9F%98%80'.repeat(400),
  '../'.repeat(100),
  'a'.repeat(13_000),
];

const oddMethods = ['PATCH', 'OPTIONS', 'HEAD', 'GET', 'POST', 'PUT', 'DELETE'];
const contentTypes = [
  '',
  'application/json; charset=utf-16',
  'application/json;',
  ...words`application/json text/plain multipart/form-data x application/x-www-form-urlencoded application/problem+json`,
];

/** A right value of a schema, as JSON text, with some members wrong, missing, doubled or strange. */
const valueOf = (schema: Shape, random: Random, wrongness: number): string => {
  if (random.chance(wrongness)) return random.pick(wrongValues);
  const type = Array.isArray(schema.type) ? schema.type[0] : schema.type;
  if (type === 'object') {
    const members = Object.entries(schema.properties ?? {})
      .filter(() => !random.chance(wrongness))
      .map(([name, member]) => `${JSON.stringify(name)}:${valueOf(member, random, wrongness)}`);
    if (random.chance(wrongness)) members.push(...members.slice(0, 1));
    if (random.chance(wrongness)) members.push(`"__proto__":${random.pick(wrongValues)}`);
    if (random.chance(wrongness)) members.push(`"extra":${random.pick(wrongValues)}`);
    return `{${members.join(',')}}`;
  }
  if (type === 'array') {
    return `[${Array.from({ length: random.pick([1, 3]) }, () => valueOf(schema.items ?? {}, random, wrongness)).join(',')}]`;
  }
  if (type === 'integer') return random.pick(['1', '2', '5', '100']);
  return random.pick(['"anna"', '"anna@example.com"', '"correct horse"', '"EUR"', '"A title"']);
};

const bodyOf = (operation: Operation, random: Random): string | undefined => {
  if (random.chance(0.05)) return undefined;
  const body = operation.body
    ? valueOf(operation.body, random, random.pick([0.02, 0.1, 0.3]))
    : random.pick(wrongValues);
  if (random.chance(0.05)) return body.slice(0, Math.floor(body.length / 2));
  if (random.chance(0.05)) return `${body}${random.pick([' x', ',', '}', '\0', '{}'])}`;
  return random.chance(0.02) ? `[${body}]` : body;
};

const textOf = (random: Random, known: string): string => (random.chance(0.6) ? known : random.pick(wrongTexts));

const pathOf = (operation: Operation, random: Random, known: Known): string => {
  const path = operation.path.replaceAll(/:(\w+)/g, (_, name: string) =>
    textOf(random, random.pick(known[name] ?? [''])),
  );
  const names = Object.keys((operation.query as Shape | undefined)?.properties ?? {});
  const members = names
    .filter(() => random.chance(0.5))
    .flatMap((name) => {
      const member = `${name}=${textOf(random, random.pick(['1', '20', 'rope', 'anna']))}`;
      return random.chance(0.2) ? [member, member] : [member];
    });
  if (random.chance(0.1)) members.push(random.pick(['__proto__=1', 'a[b]=1', 'limit[]=1', '&&&', '=', '%=1', 'x=%00']));
  const tail = random.chance(0.03) ? random.pick(['/', '//', '/%00', '/..', '#x', '/x/y/z']) : '';
  return `/api${path}${tail}${members.length > 0 ? `?${members.join('&')}` : ''}`;
};

/**
 * A request near one of the contract's.
 * @param known values for path parameters that name something, by parameter
 * @param tokens to send, of which some count
 */
export const badRequest = (random: Random, known: Known, tokens: readonly (string | undefined)[]): BadRequest => {
  const operation: Operation = random.pick(Object.values(operations));
  const method = random.chance(0.05) ? random.pick(oddMethods) : operation.method;
  const token = random.pick(tokens);
  const hasBody = !['GET', 'HEAD'].includes(method) && (operation.body !== undefined || random.chance(0.3));
  const body = hasBody ? bodyOf(operation, random) : undefined;
  const hasKey = operation.idempotencyKey === 'required' && random.chance(0.9);
  return {
    method,
    path: pathOf(operation, random, known),
    headers: {
      ...(token !== undefined && {
        authorization: random.pick(['Token ', 'Token ', 'Bearer ', 'Bearer ', '']) + token,
      }),
      ...(hasBody && { 'content-type': random.chance(0.9) ? 'application/json' : random.pick(contentTypes) }),
      ...(hasKey && { 'idempotency-key': `key-${random.pick(wrongTexts).length}-${random.pick(wrongTexts).length}` }),
      ...(random.chance(0.05) && { 'idempotency-key': random.pick(['"key"', 'x'.repeat(300), '']) }),
    },
    body,
  };
};
