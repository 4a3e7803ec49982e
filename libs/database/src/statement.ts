/** A prepared statement: PostgreSQL parses and plans it once per connection under its name. */
export type Statement<Row> = {
  readonly name: string;
  readonly text: string;
  /** Only a type: what a row looks like. */
  readonly row?: Row;
};

const texts = new Map<string, string>();

/**
 * Names a statement, so that it is prepared once per connection.
 * @param name unique in the process; used in logs of the database as well
 * @param text SQL with `$1`, `$2` … for values; values are never part of the text
 * @throws Error when another text has the same name, since the database would run the first
 */
export const statement = <Row = Record<string, never>>(name: string, text: string): Statement<Row> => {
  const known = texts.get(name);
  if (known !== undefined && known !== text) throw new Error(`two statements are named "${name}"`);
  texts.set(name, text);
  return { name, text };
};
