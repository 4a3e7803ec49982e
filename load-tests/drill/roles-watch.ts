import { setTimeout as sleep } from 'node:timers/promises';
import type { ServersSite } from '../servers/servers-site.ts';
import type { Taker } from '../servers/traffic.ts';
import type { Span } from './record.ts';

/**
 * Says five times a second whether a server has the VIP, and whether its PostgreSQL is a primary: no standby, and running. It looks, and asks nobody: the servers
 * have other things to do. $1 is the VIP, $2 the interface, $3 the database's folder, $4 a file without
 * which it ends: a signal from outside does not reach it.
 */
const look = `
: >"$4"
while [ -e "$4" ]; do
  vip=0 primary=0
  case "$(ip -oneline -4 address show dev "$2")" in *" $1/"*) vip=1 ;; esac
  if [ -e "$3/postmaster.pid" ] && [ ! -e "$3/standby.signal" ] && read -r pid <"$3/postmaster.pid" && [ -e "/proc/$pid" ]; then primary=1; fi
  echo "$EPOCHREALTIME $vip $primary"
  sleep 0.2
done`;

const folder = '/var/lib/postgresql/17/scale-up';
const mark = `/run/drill-${process.pid}`;

/** Milliseconds: a server that has said nothing for so long is gone, and so is what it held. */
const patience = 1_500;

type Sight = { readonly at: number; readonly hasVip: boolean; readonly isPrimary: boolean };

/** Reads what a server says of itself. */
export const sightOf = (line: string): Sight | undefined => {
  const [, seconds, vip, primary] = /^(\d+[.,]\d+) ([01]) ([01])$/.exec(line.trim()) ?? [];
  if (seconds === undefined) return undefined;
  return { at: Number(seconds.replace(',', '.')) * 1_000, hasVip: vip === '1', isPrimary: primary === '1' };
};

/** The times in which a server had something, from the moments at which it was seen to have it. */
export const spansOf = (server: string, sights: readonly { readonly at: number }[]): Span[] => {
  const spans: Span[] = [];
  for (const sight of sights) {
    const last = spans.at(-1);
    if (last && sight.at - last.to <= patience) spans[spans.length - 1] = { ...last, to: sight.at };
    else spans.push({ server, from: sight.at, to: sight.at });
  }
  return spans;
};

/** The hardware address of each server's network card. */
const cardsOf = async (site: ServersSite): Promise<ReadonlyMap<string, string>> => {
  const { interface: device } = site.inventory.vip;
  const read = async (name: string): Promise<[string, string]> => [
    name,
    (await site.on(name, `cat /sys/class/net/${device}/address`)).trim(),
  ];
  return new Map(await Promise.all(site.servers.names.map(read)));
};

/** Looks all the time at who holds the VIP and who is the primary. */
export class RolesWatch {
  readonly #site: ServersSite;
  readonly #cards: Promise<ReadonlyMap<string, string>>;
  readonly #sights = new Map<string, Sight[]>();
  readonly #end = new AbortController();
  readonly #running: Promise<unknown>;

  constructor(site: ServersSite) {
    this.#site = site;
    this.#cards = cardsOf(site);
    this.#running = Promise.all(site.servers.names.map((server) => this.#follow(site, server)));
  }

  /** Who held the VIP, and who was the primary, between two moments; forgets what was before. */
  between(from: number, to: number): { readonly holders: Span[]; readonly primaries: Span[] } {
    const all = [...this.#sights].map(([server, sights]) => {
      const kept = sights.filter(({ at }) => at >= from);
      this.#sights.set(server, kept);
      return { server, seen: kept.filter(({ at }) => at <= to) };
    });
    return {
      holders: all.flatMap(({ server, seen }) =>
        spansOf(
          server,
          seen.filter(({ hasVip }) => hasVip),
        ),
      ),
      primaries: all.flatMap(({ server, seen }) =>
        spansOf(
          server,
          seen.filter(({ isPrimary }) => isPrimary),
        ),
      ),
    };
  }

  /** Whose network cards took requests in, and when: what clients see of who holds the VIP. */
  async answering(takers: readonly Taker[]): Promise<Span[]> {
    const cards = await this.#cards;
    return [...cards].flatMap(([server, card]) =>
      spansOf(
        server,
        takers.filter(({ hardware }) => hardware === card),
      ),
    );
  }

  async stop(): Promise<void> {
    this.#end.abort();
    const { hands, servers } = this.#site;
    // What is off has nothing to end.
    await Promise.all(servers.names.map((server) => hands.exec(server, ['rm', '-f', mark]).catch(() => {})));
    await this.#running;
  }

  /** A server that is off, or goes off, is asked again when it is there. */
  async #follow({ hands, inventory }: ServersSite, server: string): Promise<void> {
    const { signal } = this.#end;
    const sights: Sight[] = [];
    this.#sights.set(server, sights);
    const words = ['bash', '-c', look, 'look', inventory.vip.address, inventory.vip.interface, folder, mark];
    const hear = (text: string): void => {
      for (const line of text.split('\n')) {
        const sight = sightOf(line);
        if (sight) this.#sights.get(server)?.push(sight);
      }
    };
    while (!signal.aborted) {
      await hands.exec(server, words, { onOutput: hear }).catch(() => {});
      await sleep(500, undefined, { signal }).catch(() => {});
    }
  }
}
