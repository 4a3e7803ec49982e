import { randomBytes } from 'node:crypto';
import { mkdirSync, readFileSync } from 'node:fs';
import { dirname, resolve } from 'node:path';
import { isDeepStrictEqual } from 'node:util';
import { messageOf } from '../local/message.ts';
import { writeWhole } from '../local/write-whole.ts';
import { inventoryFolder } from './folder.ts';
import { certificateFaults, type Credentials, isDue, issue, makeAuthority, type Subject } from './pki.ts';
import { InventoryError } from './read.ts';
import { bucketAccess, type S3Credentials } from './s3-credentials.ts';
import type { Inventory } from './schema.ts';
import { makeSshKey, publicSshKey } from './ssh-key.ts';
import { closeVault, openVault, vaultOf } from './vault.ts';

/** All secrets of an inventory, as the roles see them. */
export type Secrets = {
  readonly token_secret: string;
  readonly demo_password: string;
  readonly patroni: {
    readonly superuser_password: string;
    readonly replication_password: string;
    readonly rewind_password: string;
    readonly rest_password: string;
  };
  readonly database: { readonly owner_password: string; readonly app_password: string };
  readonly valkey_password: string;
  /** What a collector of traces wants to hear, `name=value,name=value`; put in by hand, if at all. */
  readonly tracing_headers?: string;
  readonly backup: {
    /** What backups are encrypted with. Without it they are noise. */
    readonly cipher_pass: string;
    /** Lets the servers in where backups go by SFTP. */
    readonly ssh_key?: string;
    /** Read from the credentials file that the inventory names. */
    readonly s3?: S3Credentials;
  };
  readonly pki: { readonly ca: Credentials; readonly servers: Readonly<Record<string, Credentials>> };
  /** What the VIP shows; the authority only where the certificate is self-signed. */
  readonly edge: Credentials & { readonly ca_cert?: string; readonly ca_key?: string };
};

/** Letters and digits only, so that they stand in URLs, SQL and configuration files as they are. */
const password = (): string => randomBytes(24).toString('hex');

const serverSubject = (name: string, address: string): Subject => [name, 'localhost', address, '127.0.0.1'];

/** A browser may come by the site's name, the VIP, or a server's own address. */
const edgeSubject = ({ site, vip, servers }: Inventory): Subject => [
  site.host,
  vip.address,
  ...Object.values(servers).map(({ address }) => address),
];

/**
 * The secrets that an inventory needs: what there is stays, what is missing is made, what is about to expire is renewed,
 * and certificates of servers that are gone go.
 * @param known those there are
 */
export const completeSecrets = async (inventory: Inventory, known: Partial<Secrets> = {}): Promise<Secrets> => {
  const ca = known.pki?.ca ?? (await makeAuthority(`${inventory.name} servers`));
  const servers = await Promise.all(
    Object.entries(inventory.servers).map(async ([name, { address }]): Promise<[string, Credentials]> => {
      const subject = serverSubject(name, address);
      const existing = known.pki?.servers[name];
      return [name, existing && !isDue(existing, ca, subject) ? existing : await issue(ca, subject)];
    }),
  );
  return {
    token_secret: known.token_secret ?? password(),
    // Typed by hand into the login page, so it is short.
    demo_password: known.demo_password ?? `${inventory.name}-${randomBytes(5).toString('hex')}`,
    patroni: {
      superuser_password: known.patroni?.superuser_password ?? password(),
      replication_password: known.patroni?.replication_password ?? password(),
      rewind_password: known.patroni?.rewind_password ?? password(),
      rest_password: known.patroni?.rest_password ?? password(),
    },
    database: {
      owner_password: known.database?.owner_password ?? password(),
      app_password: known.database?.app_password ?? password(),
    },
    valkey_password: known.valkey_password ?? password(),
    ...(known.tracing_headers !== undefined && { tracing_headers: known.tracing_headers }),
    backup: {
      cipher_pass: known.backup?.cipher_pass ?? password(),
      ...(inventory.backup?.sftp && { ssh_key: known.backup?.ssh_key ?? makeSshKey() }),
      ...(inventory.backup?.s3 && { s3: bucketAccess(inventory, inventory.backup.s3) }),
    },
    pki: { ca, servers: Object.fromEntries(servers) },
    edge: inventory.tls.certificate === 'files' ? edgeFromFiles(inventory) : await selfSignedEdge(inventory, known),
  };
};

const selfSignedEdge = async (inventory: Inventory, { edge }: Partial<Secrets>): Promise<Secrets['edge']> => {
  const existing = edge?.ca_cert && edge.ca_key ? { cert: edge.ca_cert, key: edge.ca_key } : undefined;
  const authority = existing ?? (await makeAuthority(`${inventory.site.host} self-signed`));
  const subject = edgeSubject(inventory);
  const isKept = existing && edge && !isDue(edge, authority, subject);
  const { cert, key } = isKept ? edge : await issue(authority, subject);
  return { cert, key, ca_cert: authority.cert, ca_key: authority.key };
};

const edgeFromFiles = ({ file, tls, site }: Inventory): Secrets['edge'] => {
  const textOf = (key: 'certificate_file' | 'key_file'): string => {
    try {
      return readFileSync(resolve(dirname(file), tls[key] ?? ''), 'utf8');
    } catch (error) {
      throw new InventoryError(file, [`tls.${key}: cannot be read: ${messageOf(error)}`]);
    }
  };
  const given = { cert: textOf('certificate_file'), key: textOf('key_file') };
  const faults = certificateFaults(given, site.host);
  if (faults.length > 0) throw new InventoryError(file, faults);
  return given;
};

/**
 * Sees to it that an inventory's vault holds all its secrets, and exports what others must be given: the certificate that
 * clients of a self-signed site trust, and the public key for backups by SFTP.
 * @param bin folder of Ansible's programs
 * @returns whether the vault was changed
 */
export const ensureSecrets = async (bin: string, inventory: Inventory): Promise<boolean> => {
  const vault = vaultOf(inventory);
  const known = ((await openVault(bin, vault)) as { readonly secrets?: Partial<Secrets> } | undefined)?.secrets;
  const secrets = await completeSecrets(inventory, known);
  const isChanged = !isDeepStrictEqual(known, secrets);
  if (isChanged) await closeVault(bin, vault, { secrets });
  mkdirSync(inventoryFolder(inventory), { recursive: true, mode: 0o700 });
  if (secrets.edge.ca_cert !== undefined) writeWhole(edgeAuthorityFile(inventory), secrets.edge.ca_cert);
  const { ssh_key: sshKey } = secrets.backup;
  if (sshKey !== undefined) {
    writeWhole(backupKeyFile(inventory), `${publicSshKey(sshKey, `backups of ${inventory.name}`)}\n`);
  }
  return isChanged;
};

/** The authority that vouches for a self-signed site. */
export const edgeAuthorityFile = (inventory: Inventory): string => `${inventoryFolder(inventory)}edge-ca.pem`;

/** The key that must be let in where backups go by SFTP. */
export const backupKeyFile = (inventory: Inventory): string => `${inventoryFolder(inventory)}backup-key.pub`;
