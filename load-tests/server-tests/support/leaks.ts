import type { Secrets } from '@scale-up/infra/inventory/secrets.ts';
import { type Remote, script } from '@scale-up/infra/verbs/support/ssh.ts';

/** Certificates are for everybody to see. */
const isPublic = (key: string): boolean => key === 'cert' || key === 'ca_cert';

/** Everything that nobody but its owner may read: passwords, and the lines of private keys. */
export const secretWords = (value: object): string[] =>
  Object.entries(value).flatMap(([key, part]: [string, unknown]): string[] => {
    if (isPublic(key)) return [];
    if (typeof part === 'object' && part !== null) return secretWords(part);
    if (typeof part !== 'string') return [];
    return part.includes('PRIVATE KEY') ? part.split('\n').filter((line) => /^[\w+/=]{40,}$/.test(line)) : [part];
  });

/** The secret words reach the search by its input: in an argument it would find itself. */
const search = (text: string, secrets: Secrets): Remote => ({
  ...script(`words=$(mktemp -p /run); trap 'rm -f "$words"' EXIT; cat >"$words"; ${text}`),
  input: `${secretWords(secrets).join('\n')}\n`,
  timeout: 120_000,
});

/** As nobody in particular: whoever has taken over any process can do as much. The open descriptor gets the words there. */
const asNobody = 'setpriv --reuid=65534 --regid=65534 --clear-groups --bounding-set=-all';

/** Where secrets show that must not; each command prints the places it finds. */
export const searches: Readonly<Record<string, (secrets: Secrets) => Remote>> = {
  'files that everybody may read': (secrets) =>
    search(
      `${asNobody} grep --recursive --files-with-matches --no-messages --fixed-strings --file=- <"$words" \
        --devices=skip /etc /var /run /tmp /root /home /srv /opt /usr/local || true`,
      secrets,
    ),
  'the list of processes': (secrets) =>
    search(
      `${asNobody} grep --files-with-matches --no-messages --text --fixed-strings --file=- <"$words" \
        /proc/[0-9]*/cmdline /proc/[0-9]*/environ || true`,
      secrets,
    ),
  logs: (secrets) =>
    search(
      `journalctl --no-pager --output cat | grep --text --max-count=5 --fixed-strings --file="$words" | cut -c1-120 || true
       grep --recursive --files-with-matches --text --fixed-strings --file="$words" /var/log --exclude-dir=journal || true`,
      secrets,
    ),
};

/** A place where they must be found: that the search finds anything at all. */
export const control = (secrets: Secrets): Remote =>
  search('grep --files-with-matches --fixed-strings --file="$words" /etc/scale-up/app.env', secrets);

/** The same as nobody, with a file that is there on purpose. */
export const planted = (secrets: Secrets): Remote =>
  search(
    `umask 022; head -n 1 "$words" >/tmp/planted
     ${asNobody} grep --recursive --files-with-matches --no-messages --fixed-strings --file=- <"$words" /tmp || true
     rm /tmp/planted`,
    secrets,
  );
