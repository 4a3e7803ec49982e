import { readdirSync, readFileSync } from 'node:fs';
import { newColumnRule, type Rule, statementRules, tableRules, uniqueIndexRule } from './rules.ts';
import { splitList, type SqlStatement, sqlStatements } from './sql-statements.ts';

/** Says that no release uses any more what a statement takes away. */
const escape = /^contract:\s*\S/;

const faultOf = ({ reason, instead }: Rule, words: string): string =>
  `${words} ${reason}. ${instead} If no release that may run needs it any more, say so in a line above: "-- contract: why".`;

/** The words of a statement or action by which a person knows it. */
const shown = (code: string): string => (code.length <= 60 ? code : `${code.slice(0, 57)}…`);

const nameAfter = (code: string, words: RegExp): string | undefined =>
  new RegExp(`${words.source} (?:IF (?:NOT )?EXISTS )?(?:ONLY )?([^\\s(]+)`).exec(code)?.[1];

/** Columns that a file gives a default. */
const columnsWithDefault = (statements: readonly SqlStatement[]): Set<string> =>
  new Set(
    statements
      .flatMap(({ code }) => [
        ...code.matchAll(/ALTER (?:COLUMN )?(\S+) SET DEFAULT/g),
        ...code.matchAll(/ADD (?:COLUMN )?(?:IF NOT EXISTS )?(\S+) [^,]*\bDEFAULT\b/g),
      ])
      .map((match) => match[1] ?? ''),
  );

const actionFault = (action: string, defaults: ReadonlySet<string>): string | undefined => {
  if (newColumnRule.pattern.test(action)) {
    const isFilled = !/\bNOT NULL\b|\bPRIMARY KEY\b/.test(action) || /\bDEFAULT\b|\bGENERATED\b/.test(action);
    return isFilled ? undefined : faultOf(newColumnRule, shown(action));
  }
  const rule = tableRules.find(({ pattern }) => pattern.test(action));
  const filled = /^ALTER (?:COLUMN )?(\S+) SET NOT NULL/.exec(action)?.[1];
  if (!rule || (filled !== undefined && defaults.has(filled))) return undefined;
  return faultOf(rule, shown(action));
};

const faultsOfStatement = (
  { code }: SqlStatement,
  isNew: (table: string | undefined) => boolean,
  defaults: ReadonlySet<string>,
): string[] => {
  const [, table, actions] = /^ALTER TABLE (?:IF EXISTS )?(?:ONLY )?(\S+) (.*)/.exec(code) ?? [];
  if (actions !== undefined) {
    return isNew(table) ? [] : splitList(actions).flatMap((action) => actionFault(action, defaults) ?? []);
  }
  if (uniqueIndexRule.pattern.test(code)) {
    return isNew(nameAfter(code, / ON/)) ? [] : [faultOf(uniqueIndexRule, shown(code))];
  }
  const rule = statementRules.find(({ pattern }) => pattern.test(code));
  return rule ? [faultOf(rule, shown(code))] : [];
};

/**
 * Finds what a release that was written before a migration could not live with.
 * @param file its name, for the sentences
 * @returns a sentence for each fault, with file and line in front
 */
export const lintMigration = (file: string, sql: string): string[] => {
  const statements = sqlStatements(sql);
  const created = new Set(statements.map(({ code }) => nameAfter(code, /^CREATE (?:UNLOGGED )?TABLE/)));
  const defaults = columnsWithDefault(statements);
  return statements
    .filter(({ comments }) => !comments.some((comment) => escape.test(comment)))
    .flatMap((statement) =>
      faultsOfStatement(statement, (table) => created.has(table), defaults).map(
        (fault) => `${file}:${statement.line}: ${fault}`,
      ),
    );
};

/**
 * The same for a folder of migrations.
 * @throws Error with every fault
 */
export const lintMigrations = (folder: string): void => {
  const files = readdirSync(folder).filter((file) => file.endsWith('.sql'));
  const faults = files.toSorted().flatMap((file) => lintMigration(file, readFileSync(`${folder}/${file}`, 'utf8')));
  if (faults.length === 0) return;
  throw new Error(
    `A migration may only add to what the running release uses:\n${faults.map((each) => `  ${each}`).join('\n')}`,
  );
};
