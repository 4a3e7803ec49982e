/** What an event says to a program: the story is told from these. */
export type Fact =
  /** The witnesses of other servers stopped hearing it at that moment. */
  | { readonly type: 'server-lost'; readonly server: string; readonly since: number }
  | { readonly type: 'server-started'; readonly server: string }
  | { readonly type: 'stepped-down'; readonly server: string; readonly why: string }
  | { readonly type: 'promoted'; readonly server: string }
  /** As a HAProxy sees it. */
  | { readonly type: 'primary-taken'; readonly server: string }
  | { readonly type: 'primary-left'; readonly server: string; readonly why: string }
  | { readonly type: 'vip-taken'; readonly server: string }
  | { readonly type: 'cache-moved'; readonly server: string }
  /** A process ended without being asked to, or an instance of web or app was asked to. */
  | { readonly type: 'ended' | 'drained'; readonly what: string; readonly server: string }
  /** HAProxy leaves an instance of web or app alone. */
  | { readonly type: 'marked-down'; readonly what: string; readonly server: string; readonly why: string }
  | { readonly type: 'database-away'; readonly app: string }
  | { readonly type: 'verb'; readonly who: string; readonly verb: string };

/** Something that happened on a server. */
export type Event = {
  /** Milliseconds since 1970, by that server's clock. */
  readonly at: number;
  readonly server: string;
  /** The program that says so: `Patroni`, `app 1`. */
  readonly who: string;
  readonly what: string;
  readonly fact?: Fact;
  /** Whether it is the request itself that is explained, not what happened around it. */
  readonly isOfRequest?: boolean;
};

/** A line of a server's journal. */
export type Entry = {
  readonly at: number;
  readonly server: string;
  /** The systemd unit that said it, or that systemd says it of: `app@1.service`. */
  readonly unit: string;
  /** The program's name for itself: `app-1`, `systemd`. */
  readonly identifier: string;
  readonly text: string;
};

/** What lines name servers by. */
export type Names = {
  /** A server's name for its address; the address where it is nobody's. */
  readonly ofAddress: (address: string) => string;
};
