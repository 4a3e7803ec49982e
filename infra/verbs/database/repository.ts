import { type Remote, script } from '../support/ssh.ts';

/** A backup of the database. Times are milliseconds since 1970, sizes bytes. */
export type Backup = {
  readonly label: string;
  readonly kind: 'full' | 'diff' | 'incr';
  readonly start: number;
  readonly stop: number;
  /** Of the database. */
  readonly size: number;
  /** That it added to the repository. */
  readonly sent: number;
};

/** What pgBackRest finds where backups are. */
export type Repository = {
  /** Oldest first. */
  readonly backups: readonly Backup[];
  /** What is wrong with it, in pgBackRest's words; absent when nothing is. */
  readonly fault: string | undefined;
  /** Per cent of the backup that is being made by the server that was asked. */
  readonly progress: number | undefined;
};

type Written = readonly {
  readonly backup?: readonly {
    readonly label: string;
    readonly type: Backup['kind'];
    readonly timestamp: { readonly start: number; readonly stop: number };
    readonly info: { readonly size: number; readonly repository: { readonly delta?: number } };
  }[];
  readonly repo?: readonly { readonly status: { readonly message: string } }[];
  readonly status: {
    readonly code: number;
    readonly message: string;
    readonly lock?: {
      readonly backup?: { readonly held: boolean; readonly size?: number; readonly 'size-cplt'?: number };
    };
  };
}[];

/** pgBackRest's `info`, as JSON. */
export const parseRepository = (text: string): Repository => {
  const [stanza] = JSON.parse(text) as Written;
  if (!stanza) return { backups: [], fault: 'it is empty', progress: undefined };
  const { backup = [], repo = [], status } = stanza;
  const { held, size = 0, 'size-cplt': done = 0 } = status.lock?.backup ?? { held: false };
  return {
    backups: backup.map(({ label, type: kind, timestamp, info }) => ({
      label,
      kind,
      start: timestamp.start * 1_000,
      stop: timestamp.stop * 1_000,
      size: info.size,
      sent: info.repository.delta ?? 0,
    })),
    // "other" stands for what each place has to say itself.
    fault: status.code === 0 ? undefined : (repo[0]?.status.message ?? status.message),
    progress: held && size > 0 ? (100 * done) / size : undefined,
  };
};

/** Longer than pgBackRest needs to find that a repository does not answer (io-timeout, 30 s), twice. */
const patience = 75_000;

/**
 * Asks a database server what backups there are.
 * @param stanza the inventory's name
 * @param copy a folder there with a copy of the repository; empty: the repository itself
 */
export const askRepository = (stanza: string, copy = ''): Remote => ({
  ...script(
    `place=()
[ -z "$2" ] || place=(--repo1-type=posix --repo1-path="$2")
runuser -u postgres -- pgbackrest --stanza="$1" "\${place[@]}" --output=json info | tr --delete '[:cntrl:]'`,
    stanza,
    copy,
  ),
  timeout: patience,
});
