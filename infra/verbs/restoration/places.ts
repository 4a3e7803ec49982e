/** Where PostgreSQL's data lie, as role patroni has it. */
export const data = '/var/lib/postgresql/17/scale-up';

/** What makes Patroni restore a backup instead of making an empty database; there as long as a restore is not done. */
export const request = '/etc/patroni/config.d/80-restore.yml';

/** Where the server tells how far it is (role backup, restore.sh). */
export const told = '/var/lib/scale-up/backup/restore';

/** Where a copy of a repository is put that was brought from here. */
export const copy = '/var/lib/scale-up/repository';
