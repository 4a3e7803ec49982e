import type { Inventory } from '@scale-up/infra/inventory/schema.ts';
import type { Lab } from '@scale-up/infra/lab/lab.ts';
import { type Servers, serversOf } from '@scale-up/infra/verbs/support/servers.ts';
import { remote } from '@scale-up/infra/verbs/support/ssh.ts';
import { routeTo } from '@scale-up/infra/verbs/support/verb.ts';
import type { Finding } from './judge.ts';

/** What a unit of a server used at a moment. */
export type Reading = {
  /** Milliseconds since 1970. */
  readonly at: number;
  /** Such as "s1 haproxy.service". */
  readonly unit: string;
  /** Its share of the memory, in kB (proportional set size). */
  readonly memory: number;
  /** Open files, connections among them. */
  readonly descriptors: number;
};

/** Of every process: its unit, its share of the memory and its open files. */
const look = `for process in /proc/[0-9]*; do
  unit=$(grep -o '[^/]*\\.service' $process/cgroup 2>/dev/null | head -n 1)
  memory=$(awk '/^Pss:/ { print $2 }' $process/smaps_rollup 2>/dev/null)
  [ -z "$unit" ] || [ -z "$memory" ] || echo "$unit $memory $(ls $process/fd 2>/dev/null | wc -l)"
done`;

/** What the report is about; a server's own services come and go. */
const watched = /^(haproxy|keepalived|etcd|patroni|valkey|web|app)/;

const parse = (server: string, output: string, at: number): Reading[] => {
  const units = new Map<string, Reading>();
  for (const line of output.trim().split('\n')) {
    const [name = '', memory, descriptors] = line.split(' ');
    if (!watched.test(name)) continue;
    const unit = `${server} ${name}`;
    const known = units.get(unit) ?? { at, unit, memory: 0, descriptors: 0 };
    units.set(unit, {
      ...known,
      memory: known.memory + Number(memory),
      descriptors: known.descriptors + Number(descriptors),
    });
  }
  return [...units.values()];
};

/** Milliseconds between two looks. */
const every = 60_000;

const read = async (servers: Servers): Promise<Reading[]> => {
  const at = Date.now();
  const answers = await servers.askAll(servers.names, remote('sh', '-c', look));
  return Object.entries(answers).flatMap(([server, { stdout }]) => parse(server, stdout, at));
};

/** Looks at the servers every minute, until it is told to stop. */
export const watchServers = ({
  inventory,
  lab,
}: {
  readonly inventory: Inventory;
  readonly lab: Lab | undefined;
}): { readonly stop: () => Promise<readonly Reading[]> } => {
  const servers = serversOf(inventory, routeTo(lab));
  const readings: Reading[] = [];
  let looking = Promise.resolve();
  const take = (): void => {
    looking = looking.then(async () => void readings.push(...(await read(servers))));
  };
  take();
  const timer = setInterval(take, every);
  return {
    stop: async () => {
      clearInterval(timer);
      take();
      await looking;
      return readings;
    },
  };
};

/** What is tolerated between the second and the last quarter of a run: caches fill, and a reading is a moment. */
const tolerated = { share: 0.2, memory: 20_000, descriptors: 50 };

/** Fewer say nothing about a trend. */
const fewest = 8;

const mean = (values: readonly number[]): number => values.reduce((sum, value) => sum + value, 0) / values.length;

const trend = (readings: readonly Reading[], part: 'memory' | 'descriptors'): { before: number; after: number } => {
  const values = readings.toSorted((a, b) => a.at - b.at).map((reading) => reading[part]);
  const quarter = Math.floor(values.length / 4);
  return { before: mean(values.slice(quarter, 2 * quarter)), after: mean(values.slice(-quarter)) };
};

const isGrowth = ({ before, after }: { before: number; after: number }, slack: number): boolean =>
  after - before > slack && after > before * (1 + tolerated.share);

/** Whether memory and descriptors stay as they are; nothing where nobody looked. */
export const growthOf = (readings: readonly Reading[]): Finding[] => {
  if (readings.length === 0) return [];
  const units = Map.groupBy(readings, ({ unit }) => unit);
  const looks = Math.max(...[...units.values()].map(({ length }) => length));
  if (looks < fewest)
    return [{ isKept: true, text: `too short to say whether memory grows: ${looks} looks, ${fewest} are needed` }];
  const grown = [...units].flatMap(([unit, own]) => {
    if (own.length < fewest) return [];
    const memory = trend(own, 'memory');
    const descriptors = trend(own, 'descriptors');
    return [
      ...(isGrowth(memory, tolerated.memory)
        ? [`${unit}: memory from ${Math.round(memory.before / 1_000)} to ${Math.round(memory.after / 1_000)} MB`]
        : []),
      ...(isGrowth(descriptors, tolerated.descriptors)
        ? [`${unit}: open files from ${Math.round(descriptors.before)} to ${Math.round(descriptors.after)}`]
        : []),
    ];
  });
  return grown.length > 0
    ? grown.map((text) => ({ isKept: false, text }))
    : [{ isKept: true, text: `memory and open files of ${units.size} units stay as they are (${looks} looks)` }];
};
