import type { QueryResult } from 'pg';
import type { Statement } from './statement.ts';

export type Value = string | number | boolean | null | Date | Uint8Array | readonly string[] | readonly number[];

/** Runs statements one after another. */
export type Queries = {
  /** Every row of a prepared statement. */
  readonly query: <Row>(statement: Statement<Row>, values?: readonly Value[]) => Promise<Row[]>;
  /** The first row, or undefined. */
  readonly first: <Row>(statement: Statement<Row>, values?: readonly Value[]) => Promise<Row | undefined>;
  /** Runs SQL without values, of one or several statements, such as a migration; gives the rows of the last. Never repeated. */
  readonly script: (text: string) => Promise<Record<string, unknown>[]>;
};

/** A prepared statement, or text of one or several statements. */
export type Query = string | { readonly name: string; readonly text: string; readonly values: Value[] };
export type Run = (query: Query) => Promise<QueryResult>;

export const queriesOn = (run: Run): Queries => {
  const query = async <Row>({ name, text }: Statement<Row>, values: readonly Value[] = []): Promise<Row[]> =>
    (await run({ name, text, values: [...values] })).rows;
  return {
    query,
    first: async (statement, values) => (await query(statement, values))[0],
    script: async (text) => {
      // pg gives an array of results for several statements, whatever its types say.
      const results = [await run(text)].flat();
      return results.at(-1)?.rows ?? [];
    },
  };
};
