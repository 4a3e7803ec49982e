import { parseArgs } from 'node:util';
import { fileURLToPath } from 'node:url';
import { resolve } from 'node:path';

const infra = fileURLToPath(new URL('../', import.meta.url));

export const usage = `usage: npx nx lab-VERB infra -- [-i INVENTORY] [--lab NAME] …
  lab-up                    makes the inventory's servers and boots them; starts those that are off
  lab-down                  removes the lab and its servers' disks
  lab-reset [SERVER…]       gives them, or all, fresh disks and boots them
  lab-ssh SERVER [COMMAND]  a shell, or a command, on a server
  lab-kill SERVER           takes its power away; its disk stays
  lab-boot SERVER           switches it on
  lab-cut SERVER            pulls its network cable
  lab-cut A B [--one-way]   lets nothing pass between two servers; --one-way: from A to B
  lab-heal [SERVER]         undoes its cuts, or all
INVENTORY (inventory/three-servers.yml) is relative to infra/; the lab is named like the inventory unless NAME is given.`;

/** How many servers each verb is told, at least and at most. */
const servers = {
  up: [0, 0],
  down: [0, 0],
  reset: [0, Infinity],
  ssh: [1, Infinity],
  kill: [1, 1],
  boot: [1, 1],
  cut: [1, 2],
  heal: [0, 1],
} as const satisfies Record<string, readonly [number, number]>;

export type Verb = keyof typeof servers;

export type LabArguments = {
  readonly verb: Verb;
  readonly inventory: string;
  /** The lab's own name, when it is not the inventory's. */
  readonly lab: string | undefined;
  readonly isOneWay: boolean;
  /** Servers; for ssh a server and the command. */
  readonly names: readonly string[];
};

const isVerb = (word: string | undefined): word is Verb => word !== undefined && Object.hasOwn(servers, word);

/** Everything from the server's name on is what ssh gets, whatever it looks like. */
const splitAtServer = (words: readonly string[]): [ours: string[], rest: string[]] => {
  for (let index = 0; index < words.length; index++) {
    const word = words[index] ?? '';
    if (word === '-i' || word === '--inventory' || word === '--lab') index++;
    else if (!word.startsWith('-')) return [words.slice(0, index), words.slice(index)];
  }
  return [[...words], []];
};

const parsed = (words: string[]) => {
  try {
    return parseArgs({
      args: words,
      allowPositionals: true,
      options: {
        inventory: { type: 'string', short: 'i', default: 'inventory/three-servers.yml' },
        lab: { type: 'string' },
        'one-way': { type: 'boolean', default: false },
      },
    });
  } catch (error) {
    throw new Error(`${(error as Error).message.split('. ')[0]}; --help tells what there is.`, { cause: error });
  }
};

/** Reads a command line; whatever is wrong with it is said in a sentence. */
export const labArguments = ([verb, ...words]: readonly string[]): LabArguments => {
  if (!isVerb(verb)) throw new Error(`A lab can be told ${Object.keys(servers).join(', ')}, not "${verb ?? ''}".`);
  const [ours, rest] = verb === 'ssh' ? splitAtServer(words) : [[...words], []];
  const { values, positionals } = parsed(ours);
  const names = [...positionals, ...rest];
  const [least, most] = servers[verb];
  if (names.length < least) throw new Error(`lab-${verb} must be told which server.`);
  if (names.length > most) throw new Error(`lab-${verb} does not know what to do with "${names.at(most)}".`);
  if (values.lab !== undefined && !/^[a-z0-9][a-z0-9-]{0,29}$/.test(values.lab))
    throw new Error(`--lab "${values.lab}": a name of at most 30 small letters, digits and "-" is wanted.`);
  const isOneWay = values['one-way'];
  if (isOneWay && (verb !== 'cut' || names.length !== 2))
    throw new Error('--one-way goes with lab-cut and two servers: lab-cut A B --one-way.');
  return { verb, inventory: resolve(infra, values.inventory), lab: values.lab, isOneWay, names };
};
