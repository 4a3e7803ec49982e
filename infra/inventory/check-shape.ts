import type { TSchema } from 'typebox';
import { Value } from 'typebox/value';
import { nearest } from './nearest.ts';
import { faultOf } from './schema.ts';

type ObjectSchema = TSchema & {
  readonly properties?: Record<string, TSchema>;
  readonly patternProperties?: Record<string, TSchema>;
  readonly required?: readonly string[];
  readonly items?: TSchema;
};

const shown = (value: unknown): string => {
  const text = JSON.stringify(value) ?? 'nothing';
  // A whole block that stands at the wrong place says no more than its beginning.
  return text.length > 60 ? `${text.slice(0, 60)}…` : text;
};

const isMap = (value: unknown): value is Record<string, unknown> =>
  typeof value === 'object' && value !== null && !Array.isArray(value);

/**
 * Compares a value with a schema.
 * @param path where the value stands, such as `servers.s1`; empty for the whole
 * @returns a sentence for every fault, each with the path, the value seen and what would be right
 */
export const shapeFaults = (schema: TSchema, value: unknown, path = ''): string[] => {
  const { properties, patternProperties, required = [], items } = schema as ObjectSchema;
  const isWrong = (): string[] => [`${path || 'the inventory'}: ${shown(value)} ${faultOf(schema)}`];
  const below = (key: string): string => (path === '' ? key : `${path}.${key}`);

  if (properties) {
    if (!isMap(value)) return isWrong();
    const missing = required
      .filter((key) => value[key] === undefined)
      .map((key) => `${below(key)} is missing; three-servers.yml says what it is for`);
    const wrong = Object.entries(value).flatMap(([key, each]) => {
      const known = properties[key];
      return known ? shapeFaults(known, each, below(key)) : [unknownKey(below(key), key, Object.keys(properties))];
    });
    return [...missing, ...wrong];
  }
  if (patternProperties) {
    if (!isMap(value) || Object.keys(value).length === 0) return isWrong();
    return Object.entries(value).flatMap(([key, each]) => {
      const fitting = Object.entries(patternProperties).find(([pattern]) => new RegExp(pattern).test(key));
      return fitting
        ? shapeFaults(fitting[1], each, below(key))
        : [`${below(key)}: a name has lower-case letters, digits and hyphens only, a letter first, 31 at most`];
    });
  }
  if (items && Array.isArray(value) && value.length > 0) {
    return value.flatMap((each, index) => shapeFaults(items, each, `${path}[${index}]`));
  }
  return Value.Check(schema, value) ? [] : isWrong();
};

const unknownKey = (path: string, key: string, known: readonly string[]): string => {
  const meant = nearest(key, known);
  return `${path}: there is no such key; ${meant ? `"${meant}" is meant?` : `known are ${known.join(', ')}`}`;
};
