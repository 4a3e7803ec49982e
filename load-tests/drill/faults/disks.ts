import { apart, bystander, demandRoles, together } from '../../servers/arrange.ts';
import { hit, type Say, type Strike } from '../../servers/measure.ts';
import type { ServersSite } from '../../servers/servers-site.ts';
import type { Fault } from './fault.ts';

const group = 'disks';

const data = '/var/lib/postgresql';
const small = '/run/drill-disk';
/** Megabytes that are free on it before it is filled. */
const room = 200;

/** Who keeps room on the database's disk makes it anew each second, also on the disk that is just being emptied. */
const both = 'scale-up-disk-watch patroni';

/** The database moves to a disk of its own, in memory, which can be full without anything else being so. */
const moveToSmallDisk = `
systemctl stop ${both}
mkdir -p ${small}
mount -t tmpfs -o size=$(( $(du -sm ${data} | cut -f 1) + ${room} ))m,mode=755 tmpfs ${small}
cp -a ${data}/. ${small}/
mount --bind ${small} ${data}
systemctl start ${both}`;

/** And back, with all that it has become; on a server that has lost its power meanwhile it never left. */
const moveBack = `
mountpoint -q ${small} || exit 0
systemctl stop ${both}
rm -f ${small}/filler
umount ${data}
find ${data} -mindepth 1 -delete
cp -a ${small}/. ${data}/
umount ${small}
systemctl start ${both}`;

/** Until not a byte is left; that the last one does not fit is the aim. */
const fill = (folder: string): string => `cat /dev/zero >${folder}/filler 2>/dev/null; test -s ${folder}/filler`;

const empty = (folder: string): string => `rm -f ${folder}/filler`;

const strictly = (text: string): string => `set -e\n${text}`;

/** Whoever of the database this is done to: its primary, or a standby. */
const databaseFault = (whom: 'primary' | 'standby'): Fault => {
  let victim = '';
  let undo: (() => Promise<void>) | undefined;
  return {
    name: `disk-database-${whom}`,
    group,
    what: `the disk of the database is full on ${whom === 'primary' ? 'the primary' : 'a standby'}`,
    // Two looks at the disk, and Patroni's own switch-over.
    limits: whom === 'primary' ? { stall: 10, readStall: 1, failed: 'none' } : { stall: 1, failed: 'none' },
    // Until whoever notices it has done what he does.
    endure: 15,
    arrange: async (site, say) => {
      await apart(site, say);
      victim = bystander(site, await demandRoles(site));
      undo = site.undoable(() => site.on(victim, strictly(moveBack)));
      await site.on(victim, strictly(moveToSmallDisk));
      if (whom === 'standby') return;
      await site.untilWhole(120, say);
      await site.done('switchover', '--to', victim);
    },
    strike: async (site): Promise<Strike> => ({
      ...(await hit(() => site.on(victim, fill(small)))),
      aim: victim,
      mend: () => site.on(victim, empty(small)),
    }),
    tidy: async (site, say) => {
      await site.untilWhole(120, say).catch(() => {});
      await undo?.();
    },
  };
};

/** Room for journald to work with before it is filled. */
const logRoom = 16;

/** What is logged goes to a disk of its own, with the folders that programs look for. */
const moveLog = `
mkdir -p /run/drill-log
mount -t tmpfs -o size=${logRoom}m,mode=755 tmpfs /run/drill-log
cd /var/log && find . -type d -exec mkdir -p /run/drill-log/{} \\; -exec chown --reference={} /run/drill-log/{} \\; -exec chmod --reference={} /run/drill-log/{} \\;
mount --bind /run/drill-log /var/log
systemctl restart systemd-journald`;

const moveLogBack = `
mountpoint -q /run/drill-log || exit 0
umount --lazy /var/log
systemctl restart systemd-journald
umount --lazy /run/drill-log`;

const logFault = (suffix: string, words: string, arrange: (site: ServersSite, say: Say) => Promise<void>): Fault => ({
  name: `disk-log${suffix}`,
  group,
  what: `the disk of the logs is full on ${words}`,
  limits: { stall: 1, failed: 'none' },
  // Long enough for whatever would wait for its line to be written.
  endure: 10,
  arrange,
  strike: async (site): Promise<Strike> => {
    const { holder } = await demandRoles(site);
    const undo = site.undoable(() => site.on(holder, strictly(moveLogBack)));
    await site.on(holder, strictly(moveLog));
    const moment = await hit(() => site.on(holder, fill('/run/drill-log')));
    return { ...moment, aim: holder, mend: undo };
  },
});

/** Disks without room. */
export const diskFaults: readonly Fault[] = [
  databaseFault('primary'),
  databaseFault('standby'),
  logFault('', 'the VIP holder', apart),
  logFault('@all', 'the server that holds every role', together),
];
