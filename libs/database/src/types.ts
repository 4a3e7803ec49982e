import { type CustomTypesConfig, types } from 'pg';

/**
 * How values arrive: bigint as number (an error beyond 2^53 instead of a wrong value), timestamps as ISO 8601 with milliseconds and
 * Z, everything else as pg has it. Per pool, so that no other user of pg in the process is affected.
 */
export const typeParsers: CustomTypesConfig = {
  getTypeParser: (oid, format) => {
    if (oid === types.builtins.INT8) return toSafeInteger;
    if (oid === types.builtins.TIMESTAMPTZ) return toIsoString;
    return types.getTypeParser(oid, format) as (text: string) => unknown;
  },
};

const toSafeInteger = (text: string): number => {
  const value = Number(text);
  if (!Number.isSafeInteger(value)) throw new RangeError(`bigint ${text} does not fit a JavaScript number`);
  return value;
};

// PostgreSQL writes "2026-11-23 08:30:00.1+00" in a session whose time zone is UTC.
const toIsoString = (text: string): string => new Date(text.replace(' ', 'T').replace(/\+00$/, 'Z')).toISOString();
