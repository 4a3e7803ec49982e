import { messageOf } from '../local/message.ts';
import { print } from '../local/terminal.ts';
import { labArguments, type LabArguments, usage } from './arguments.ts';
import { down } from './down.ts';
import { demandRoot } from './host.ts';
import { demandLab } from './lab.ts';
import { labLock } from './layout.ts';
import { withLock } from './lock.ts';
import { reset } from './reset.ts';
import { readInventory } from '../inventory/read.ts';
import { ssh } from './ssh.ts';
import { up } from './up.ts';

type Work = (lab: string, wanted: LabArguments) => Promise<void> | void;

const atServers = (names: readonly string[]): string => names.join(' and ');

/** What changes a server's power waits for whoever else does; the rest acts at once. */
const verbs: Readonly<Record<LabArguments['verb'], { readonly isExclusive: boolean; readonly work: Work }>> = {
  up: { isExclusive: true, work: (lab, { inventory }) => up(inventory, lab) },
  down: { isExclusive: true, work: down },
  reset: { isExclusive: true, work: (lab, { names }) => reset(demandLab(lab), names) },
  boot: {
    isExclusive: true,
    work: async (lab, { names: [name = ''] }) => {
      await demandLab(lab).boot(name);
      print(`${name} is on.`);
    },
  },
  kill: {
    isExclusive: false,
    work: async (lab, { names: [name = ''] }) => {
      await demandLab(lab).kill(name);
      print(`${name} has no power; its disk is kept.`);
    },
  },
  cut: {
    isExclusive: false,
    work: async (lab, { names, isOneWay }) => {
      const [name = '', other] = names;
      await demandLab(lab).cut(name, other, { isOneWay });
      if (other === undefined) print(`${name} has no network.`);
      else print(isOneWay ? `Nothing passes from ${name} to ${other}.` : `Nothing passes between ${atServers(names)}.`);
    },
  },
  heal: {
    isExclusive: false,
    work: async (lab, { names: [name] }) => {
      await demandLab(lab).heal(name);
      print(name === undefined ? 'The network is whole.' : `${name} has its whole network.`);
    },
  },
  ssh: {
    isExclusive: false,
    work: (lab, { names: [name = '', ...words] }) => {
      process.exitCode = ssh(demandLab(lab), name, words);
    },
  },
};

const main = async (words: readonly string[]): Promise<void> => {
  const wanted = labArguments(words);
  demandRoot();
  const lab = wanted.lab ?? readInventory(wanted.inventory).name;
  const { isExclusive, work } = verbs[wanted.verb];
  if (!isExclusive) return work(lab, wanted);
  const onWait = (): void => print(`Lab ${lab} is being changed by another command; waiting for it.`);
  await withLock(labLock(lab), onWait, async () => work(lab, wanted));
};

if (process.argv.includes('--help') || process.argv.includes('-h')) {
  print(usage);
} else {
  await main(process.argv.slice(2)).catch((error: unknown) => {
    console.error(messageOf(error));
    process.exitCode = 1;
  });
}
