import type { Lab, Outcome } from '@scale-up/infra/lab/lab.ts';

/** What is done to the servers to break them: from the host of a lab, or over SSH. */
export type Hands = {
  /** Where the servers are: "lab three-servers". */
  readonly where: string;
  /** In front of a command that is to run where clients are. */
  readonly prefix: readonly string[];
  /** Runs a command on a server as root: a shell's text, or words. */
  readonly exec: (
    server: string,
    words: string | readonly string[],
    options?: { readonly onOutput?: (text: string) => void },
  ) => Promise<Outcome>;
  /** Takes a server's power away. */
  readonly kill: (server: string) => Promise<void>;
  /** Waits until a server is there again, and switches it on where nobody else does. */
  readonly boot: (server: string) => Promise<void>;
  /**
   * Lets a whole server stand still for some seconds, its network included, as a virtual machine that is moved.
   * @returns for how many seconds nothing was heard of it
   */
  readonly pause: (server: string, seconds: number) => Promise<number>;
  /** Gives a server an empty disk. */
  readonly reset: (server: string) => Promise<void>;
  /** Takes a server's network away, or with a second name lets nothing pass from the first to the second (one way), nor back. */
  readonly cut: (server: string, other?: string, options?: { readonly isOneWay?: boolean }) => Promise<void>;
  /** Undoes what was cut of a server, or everywhere. */
  readonly heal: (server?: string) => Promise<void>;
  /** Brings back whatever is off. */
  readonly revive: () => Promise<void>;
};

/** A lab's servers: power and cables are the host's, so a server need not be asked. */
export const labHands = (lab: Lab): Hands => ({
  where: `lab ${lab.name}`,
  prefix: lab.prefix,
  exec: lab.exec,
  kill: lab.kill,
  boot: lab.boot,
  pause: lab.standStill,
  reset: lab.reset,
  cut: lab.cut,
  heal: lab.heal,
  revive: async () => {
    for (const [name, { isOn }] of Object.entries(lab.servers)) if (!isOn) await lab.boot(name);
  },
});
