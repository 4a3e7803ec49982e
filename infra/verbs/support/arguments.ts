import { fileURLToPath } from 'node:url';
import { parseArgs, type ParseArgsConfig } from 'node:util';
import { exitCodes, VerbError } from './exit-codes.ts';

type Options = NonNullable<ParseArgsConfig['options']>;

/** A verb's command line. */
export type VerbDefinition = {
  readonly name: string;
  /** What it does, in a line. */
  readonly summary: string;
  /** The server it is about, when it is about one: `NAME` in the usage. */
  readonly server?: 'required' | 'optional';
  /** What it may be about when that is no server, as it stands in the usage: `REQUEST_ID`. */
  readonly operand?: string;
  /** Its own options, as node:util's parseArgs takes them, each with its line for the usage. */
  readonly options?: Readonly<Record<string, Options[string] & { readonly help: string; readonly value?: string }>>;
};

export type VerbArguments = {
  readonly inventory: string;
  /** The lab to act on, when it has another name than the inventory. */
  readonly lab: string | undefined;
  readonly isDryRun: boolean;
  readonly isJson: boolean;
  readonly isHelp: boolean;
  readonly server: string | undefined;
  /** What it is about when that is no server. */
  readonly operand: string | undefined;
  /** The verb's own options. */
  readonly values: Readonly<Record<string, string | boolean | readonly (string | boolean)[] | undefined>>;
};

const defaultInventory = fileURLToPath(new URL('../../inventory/three-servers.yml', import.meta.url));

const common = {
  inventory: { type: 'string', short: 'i', default: defaultInventory },
  lab: { type: 'string' },
  'dry-run': { type: 'boolean', default: false },
  json: { type: 'boolean', default: false },
  help: { type: 'boolean', short: 'h', default: false },
} as const satisfies Options;

const commonHelp: readonly (readonly [string, string])[] = [
  ['-i, --inventory FILE', 'the servers; relative to infra/ (inventory/three-servers.yml)'],
  ['--lab NAME', "a lab with another name than the inventory's"],
  ['--dry-run', 'says what it would do, and changes nothing'],
  ['--json', 'the outcome as one JSON document on stdout'],
  ['-h, --help', 'this text'],
];

/** What `--help` prints, and what a wrong command line is answered with. */
export const usageOf = ({ name, summary, server, operand, options = {} }: VerbDefinition): string => {
  const own = Object.entries(options).map(([option, { value, help }]): [string, string] => [
    `--${option}${value ? ` ${value}` : ''}`,
    help,
  ]);
  const rows = [...own, ...commonHelp].map(([option, help]) => `  ${option.padEnd(22)} ${help}`);
  const wanted = operand ? ` [${operand}]` : { required: ' NAME', optional: ' [NAME]', none: '' }[server ?? 'none'];
  return [`usage: npx nx ${name} infra --${wanted} [option…]`, summary, '', ...rows].join('\n');
};

/**
 * Reads a verb's command line.
 * @throws VerbError with the usage when it is wrong
 */
export const verbArguments = (verb: VerbDefinition, words: readonly string[]): VerbArguments => {
  const wrong = (sentence: string, cause?: unknown): VerbError =>
    new VerbError(`${sentence}\n${usageOf(verb)}`, exitCodes.usage, { cause });
  const { values, positionals } = parsed(verb, words, wrong);
  const { inventory, lab, 'dry-run': isDryRun, json: isJson, help: isHelp, ...own } = values;
  const [subject, tooMuch] = verb.server || verb.operand ? positionals : [undefined, ...positionals];
  const server = verb.server ? subject : undefined;
  if (tooMuch !== undefined) throw wrong(`${verb.name} does not know what to do with "${tooMuch}".`);
  if (verb.server === 'required' && server === undefined && !isHelp) throw wrong(`${verb.name} of which server?`);
  return {
    inventory: inventory as string,
    lab: lab as string | undefined,
    isDryRun: isDryRun as boolean,
    isJson: isJson as boolean,
    isHelp: isHelp as boolean,
    server,
    operand: verb.operand ? subject : undefined,
    values: own,
  };
};

const parsed = (
  { options = {} }: VerbDefinition,
  words: readonly string[],
  wrong: (sentence: string, cause: unknown) => VerbError,
): Pick<VerbArguments, 'values'> & { readonly positionals: readonly string[] } => {
  try {
    return parseArgs({ args: [...words], allowPositionals: true, options: { ...options, ...common } });
  } catch (error) {
    // Node's own message goes on about how to write a positional argument that starts with a dash.
    throw wrong(`${(error as Error).message.split('. ')[0]?.replace(/\.$/, '')}.`, error);
  }
};
