import { type Variable, variables } from './variables.ts';

const entries = Object.entries(variables) as [string, Variable][];

const shownDefault = ([name, variable]: [string, Variable]): string => {
  if (name === 'STATIC_DIR') return 'apps/site/dist';
  return variable.default ?? '';
};

/** The text of docs/configuration.md. */
export const configurationPage = (): string => {
  const rows = entries.map((entry) => {
    const [name, variable] = entry;
    const without =
      variable.default === undefined
        ? '**required**'
        : variable.default === null
          ? 'unset'
          : `\`${shownDefault(entry)}\``;
    return `| \`${name}\` | ${variable.services.join(', ')} | ${variable.kind.name.replaceAll('|', '\\|')} | ${without} | ${variable.reason} |`;
  });
  return [
    '# Configuration',
    '',
    'Every service reads its configuration once, from environment variables, and checks all of it: each fault is named, and the',
    'exit code is 78. An empty value counts as not given. This page and `.env.example` are written from',
    '`libs/config/src/variables.ts` by `npx nx write-docs config`; a test fails when they differ.',
    '',
    '| variable | read by | type | default | what for, and why |',
    '| --- | --- | --- | --- | --- |',
    ...rows,
    '',
  ].join('\n');
};

/** The text of .env.example: optional variables stand commented out with their default. */
export const exampleFile = (): string => {
  const blocks = entries.map((entry) => {
    const [name, variable] = entry;
    const value = variable.example ?? shownDefault(entry);
    const line = variable.default === undefined ? `${name}=${value}` : `# ${name}=${value}`;
    return `# ${variable.services.join(', ')}: ${variable.reason}\n${line}\n`;
  });
  return `# Written from libs/config/src/variables.ts by \`npx nx write-docs config\`.\n\n${blocks.join('\n')}`;
};
