import assert from 'node:assert/strict';
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { after, before, suite, test } from 'node:test';
import { makeImage } from '../lab/image.ts';
import { runToEnd } from '../local/run-to-end.ts';
import { withSftp } from '../test/support/backups.ts';
import { inDebianRoot } from '../test/support/debian-root.ts';
import { rendered, type Rendered } from '../test/support/rendered.ts';

/** How long the checks of an inventory may take: 15 s on an idle host, a minute on one with other labs. */
const timeout = 300_000;

const sites: Readonly<Record<string, () => Promise<Rendered>>> = {
  'three-servers': () => rendered('three-servers'),
  'separate-tiers': () => rendered('separate-tiers'),
  'three-servers-measured': () =>
    rendered('three-servers', { observability: { servers: ['s1', 's2'], alertmanagers: [] } }),
  'three-servers-with-backups': () => rendered('three-servers', { backup: withSftp }),
};

/**
 * Run in a root of Debian's with a server's files in it, in namespaces of its own. Gives it what a server has that is being provisioned:
 * an interface, a host key, users that roles make, a neighbour that answers as etcd. Then it runs every check, and prints what those say
 * that fail. $1 are the servers' addresses, then a path and a check by turns.
 */
const checks = `
mount -t proc proc /proc && mount -t tmpfs tmpfs /run
mkdir -p /run/haproxy /run/scale-up /run/sshd /var/lib/scale-up
ip link set lo up
ip link add eth0 type veth peer name other && ip link set eth0 up && ip link set other up
for address in $1; do ip address add "$address/24" dev eth0; done
ssh-keygen -q -t ed25519 -N '' -f /etc/ssh/ssh_host_ed25519_key
useradd --system --no-create-home keepalived_script
useradd --system --no-create-home scale_up_metrics
socat TCP-LISTEN:2379,fork /dev/null 2>/dev/null &
shift
while [ $# -gt 0 ]; do
  output=$(eval "$2" 2>&1) || echo "$1: $output"
  shift 2
done
kill %1
`;

/** Units as systemd would read them, also those that Quadlet makes of containers; masked ones are links to nowhere. */
const unitChecks = `
generated=/run/systemd/generator
mkdir -p $generated
/usr/lib/systemd/system-generators/podman-system-generator $generated $generated $generated
units=$(find /etc/systemd/system $generated -maxdepth 1 -type f '(' -name '*.service' -o -name '*.socket' ')')
for drop_in in /etc/systemd/system/*.service.d; do
  [ ! -d "$drop_in" ] || units="$units $(basename "$drop_in" .d)"
done
systemd-analyze verify --man=no --recursive-errors=no $units
`;

suite('every rendered file is accepted by its own program', { timeout: 2 * timeout }, () => {
  const work = mkdtempSync(join(tmpdir(), 'scale-up-checks-'));
  let image = '';
  before(async () => {
    image = await makeImage(() => {});
  });
  after(() => rmSync(work, { recursive: true }));

  for (const [name, render] of Object.entries(sites)) {
    test(name, { timeout }, async () => {
      const site = await render();
      const addresses = Object.values(site.inventory.servers)
        .map(({ address }) => address)
        .join(' ');
      for (const [server, files] of Object.entries(site.files)) {
        const upper = join(work, name, server);
        for (const { path, text, mode } of files) {
          mkdirSync(dirname(join(upper, path)), { recursive: true });
          // As in a server; some programs refuse files that everybody may write to.
          writeFileSync(join(upper, path), text, { mode: Number.parseInt(mode, 8) });
        }
        const own = files.flatMap(({ path, check }) => (check ? [path, check.replaceAll('%s', path)] : []));
        const words = [checks, 'checks', addresses, ...own, 'units', unitChecks];
        const { code, output } = await runToEnd(
          inDebianRoot(image, upper, join(work, `${name}-${server}`), ...words),
          {},
        );
        assert.equal(output, '', `${server} of ${name}`);
        assert.equal(code, 0, `${server} of ${name}`);
      }
    });
  }
});
