/** What a migration may not do while a release runs that was written before it. */
export type Rule = {
  readonly pattern: RegExp;
  /** Follows on the words that were found: "DROP COLUMN takes away …". */
  readonly reason: string;
  readonly instead: string;
};

const later = 'Leave it until no release uses it any more; then remove it in a migration of its own.';
const newColumn =
  'Add a new column beside it, let a release write both, copy the rest, and remove the old one when no release uses it any more.';

/** Rules for statements as they stand. */
export const statementRules: readonly Rule[] = [
  {
    pattern:
      /^DROP (?:TABLE|VIEW|MATERIALIZED VIEW|FUNCTION|PROCEDURE|TYPE|DOMAIN|SCHEMA|SEQUENCE|EXTENSION|INDEX|OWNED|ROLE)/,
    reason: 'takes away what the running release may use (an index may be what an ON CONFLICT names)',
    instead: later,
  },
  { pattern: /^TRUNCATE|^DELETE/, reason: 'takes away rows that the running release may read', instead: later },
  {
    pattern: /^REVOKE/,
    reason: 'takes away a right that the running release may need',
    instead: 'Revoke it when no release needs it any more.',
  },
  {
    pattern: /^DO\b|^CALL\b|^EXECUTE\b/,
    reason: 'does what cannot be read here',
    instead: 'Write the statements down as they are.',
  },
  {
    pattern: /^ALTER (?!TABLE|DATABASE)[A-Z ]*?.* RENAME\b/,
    reason: 'takes away a name that the running release may use',
    instead: 'Add the new name beside the old one.',
  },
  {
    pattern: /^ALTER DOMAIN .* ADD\b/,
    reason: 'refuses values that the running release may write',
    instead: 'Check the values in the application first; add the constraint when no release writes others any more.',
  },
];

/** Rules for one action of ALTER TABLE on a table that was there before. */
export const tableRules: readonly Rule[] = [
  {
    pattern: /^DROP CONSTRAINT/,
    reason: 'takes away what the running release may rely on (an ON CONFLICT, or the name of an error)',
    instead: later,
  },
  {
    pattern: /^DROP (?!CONSTRAINT)/,
    reason: 'takes away what the running release may read or write',
    instead: later,
  },
  {
    pattern: /^RENAME/,
    reason: 'takes away a name that the running release uses',
    instead: newColumn,
  },
  {
    pattern: /^ALTER (?:COLUMN )?\S+ (?:SET DATA )?TYPE/,
    reason: 'changes what the running release reads and writes, and rewrites the table while everybody waits',
    instead: newColumn,
  },
  {
    pattern: /^ALTER (?:COLUMN )?\S+ SET NOT NULL/,
    reason: 'refuses the rows that the running release writes without a value',
    instead:
      'Give the column a default (SET DEFAULT) in this migration, or set it when every release writes the value.',
  },
  {
    pattern: /^ALTER (?:COLUMN )?\S+ DROP DEFAULT/,
    reason: 'leaves out a value that the running release may count on',
    instead: 'Drop it when every release writes the value itself.',
  },
  {
    pattern: /^ALTER (?:COLUMN )?\S+ (?:ADD GENERATED|SET GENERATED ALWAYS)/,
    reason: 'refuses values that the running release may write',
    instead: 'Use a default.',
  },
  {
    pattern: /^ADD (?:CONSTRAINT|CHECK|UNIQUE|PRIMARY KEY|FOREIGN KEY|EXCLUDE)/,
    reason: 'refuses rows that the running release may write',
    instead: 'Check them in the application first; add the constraint when no release writes others any more.',
  },
  {
    pattern: /^SET SCHEMA|^(?:ENABLE|FORCE) ROW LEVEL SECURITY|^DETACH|^INHERIT|^OWNER/,
    reason: 'takes the table, or rows of it, out of the running release’s sight',
    instead: later,
  },
];

/** A column that the running release does not know, and so never writes. */
export const newColumnRule: Rule = {
  pattern: /^ADD (?:COLUMN )?(?:IF NOT EXISTS )?(?!CONSTRAINT|CHECK|UNIQUE|PRIMARY|FOREIGN|EXCLUDE)/,
  reason: 'refuses every row that the running release writes: it does not know the column',
  instead: 'Give it a DEFAULT, or leave NOT NULL out.',
};

export const uniqueIndexRule: Rule = {
  pattern: /^CREATE UNIQUE INDEX/,
  reason: 'refuses rows that the running release may write',
  instead: 'Check them in the application first; add the index when no release writes others any more.',
};
