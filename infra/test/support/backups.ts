import type { Backup } from '../../inventory/schema.ts';

/** Backups by SFTP, with everything that can be said of them. */
export const withSftp: Backup = {
  sftp: {
    host: '10.77.0.14',
    port: 2222,
    user: 'keeper',
    path: '/backups',
    host_key: 'ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAIEE1bXBsZUtleUZvclRoZU1hbnVhbE9mSW52ZW50b3JpZXM=',
  },
  at: '04:15',
  keep_days: 30,
};
