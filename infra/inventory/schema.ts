import { type Static, type TSchema, Type } from 'typebox';

/** What a wrong value is told; it follows on the value: `"10.77.0.300" is no IPv4 address`. */
type Fault = { readonly fault: string };

const text = (pattern: string, fault: string) => Type.String({ pattern, fault: `is no ${fault}` });
const whole = (minimum: number, maximum: number) =>
  Type.Integer({ minimum, maximum, fault: `is no whole number from ${minimum} to ${maximum}` });
/** No key is ever ignored: a misspelt one would be a setting that is silently not there. */
const keys = <Properties extends Record<string, TSchema>>(properties: Properties) =>
  Type.Object(properties, { additionalProperties: false, fault: `is no list of keys (${Object.keys(properties)})` });

const octet = '(25[0-5]|2[0-4][0-9]|1[0-9]{2}|[1-9]?[0-9])';
const addressPattern = `(${octet}\\.){3}${octet}`;

// Names become host names, unit names and interface labels: what all of them allow.
const namePattern = '[a-z]([a-z0-9-]{0,29}[a-z0-9])?';
const name = text(`^${namePattern}$`, 'name (lower-case letters, digits and hyphens, a letter first, 31 at most)');
const address = text(`^${addressPattern}$`, 'IPv4 address');
const network = text(`^${addressPattern}/(3[0-2]|[12]?[0-9])$`, 'IPv4 network such as 192.0.2.0/24');
const host = text('^([a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?\\.)+[a-z][a-z0-9-]*$', 'host name such as www.example.org');
const endpoint = text(
  `^(${addressPattern}|([a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?\\.)*[a-z][a-z0-9-]*):[1-9][0-9]{0,4}$`,
  'host and port such as alerts.example.org:9093',
);
const file = text('^.+$', 'path of a file');
const hostOrAddress = text(
  `^(${addressPattern}|([a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?\\.)*[a-z][a-z0-9-]*)$`,
  'host name or IPv4 address',
);
const userName = text('^[a-z_][a-z0-9_-]{0,31}$', 'name of a user');
const absolute = text('^/[^\\s"]*$', 'absolute path without spaces');
const servers = Type.Array(name, { minItems: 1, fault: 'is no list of one or more names of servers' });

/** The groups of servers; each is a tier that grows by itself. */
export const groupNames = ['loadbalancers', 'web', 'app', 'database', 'cache'] as const;
export type Group = (typeof groupNames)[number];

/** What an inventory may say. `three-servers.yml` holds every key, with what it is for. */
export const inventorySchema = keys({
  name,
  site: keys({ host }),
  vip: keys({
    address,
    prefix: whole(8, 30),
    interface: text('^[A-Za-z][A-Za-z0-9_.-]{0,14}$', 'name of a network interface'),
    router_id: whole(1, 255),
  }),
  tls: keys({
    certificate: Type.Union([Type.Literal('self-signed'), Type.Literal('files')], {
      fault: 'is neither self-signed nor files',
    }),
    certificate_file: Type.Optional(file),
    key_file: Type.Optional(file),
    http3: Type.Optional(Type.Boolean({ fault: 'is neither true nor false' })),
  }),
  servers: Type.Record(
    Type.String({ pattern: `^${namePattern}$` }),
    keys({
      address,
      ssh: Type.Optional(
        keys({
          user: Type.Optional(userName),
          port: Type.Optional(whole(1, 65535)),
        }),
      ),
    }),
    { fault: 'is no list of servers by name' },
  ),
  groups: keys({ loadbalancers: servers, web: servers, app: servers, database: servers, cache: servers }),
  instances: Type.Optional(
    // Port 8080 + 1000·(n−1) and its neighbours end below the ports that Linux hands out to clients (32768).
    keys({ web: Type.Optional(whole(1, 24)), app: Type.Optional(whole(1, 24)) }),
  ),
  observability: Type.Optional(
    keys({
      servers,
      alertmanagers: Type.Optional(Type.Array(endpoint, { fault: 'is no list of hosts with their ports' })),
    }),
  ),
  registry: Type.Optional(
    text('^[a-z0-9.-]+(:[0-9]+)?(/[a-z0-9._-]+)*$', 'name of a registry such as registry.example.org/scale-up'),
  ),
  tracing: Type.Optional(
    keys({
      // No user and password: whoever reads the inventory would read them.
      endpoint: text(
        '^https?://[A-Za-z0-9.:\\[\\]-]+(/[A-Za-z0-9._~/-]*)?$',
        'address of a collector such as http://192.0.2.10:4318',
      ),
      ratio: Type.Optional(Type.Number({ minimum: 0, maximum: 1, fault: 'is no number from 0 to 1' })),
    }),
  ),
  backup: Type.Optional(
    keys({
      folder: Type.Optional(absolute),
      sftp: Type.Optional(
        keys({
          host: hostOrAddress,
          port: Type.Optional(whole(1, 65535)),
          user: userName,
          path: absolute,
          host_key: text('^(ssh-ed25519|ssh-rsa|ecdsa-sha2-nistp(256|384|521)) [A-Za-z0-9+/]+={0,2}$', 'SSH host key'),
        }),
      ),
      s3: Type.Optional(
        keys({
          bucket: text('^[a-z0-9][a-z0-9.-]{1,61}[a-z0-9]$', 'name of a bucket'),
          region: text('^[a-z0-9-]+$', 'name of a region'),
          endpoint: text('^[a-z0-9.-]+(:[0-9]{1,5})?$', 'host name without https://, such as s3.example.org'),
          path: absolute,
          addressing: Type.Optional(
            Type.Union([Type.Literal('host'), Type.Literal('path')], { fault: 'is neither host nor path' }),
          ),
          credentials_file: file,
          ca_file: Type.Optional(file),
        }),
      ),
      at: Type.Optional(text('^([01][0-9]|2[0-3]):[0-5][0-9]$', 'time of day such as 03:30')),
      keep_days: Type.Optional(whole(1, 3650)),
    }),
  ),
  settings: Type.Optional(
    keys({
      ssh_from: Type.Optional(Type.Array(network, { minItems: 1, fault: 'is no list of one or more networks' })),
      requests_per_client: Type.Optional(whole(1, 100_000)),
    }),
  ),
});

/** An inventory as it is written. */
export type WrittenInventory = Static<typeof inventorySchema>;

export type Server = { readonly address: string; readonly ssh: { readonly user: string; readonly port: number } };

type WrittenBackup = NonNullable<WrittenInventory['backup']>;
type Sftp = NonNullable<WrittenBackup['sftp']>;
type S3 = NonNullable<WrittenBackup['s3']>;

/** Where backups of the database go, and when: one of folder, sftp and s3 is there. */
export type Backup = {
  readonly folder?: string;
  readonly sftp?: Readonly<Sftp & { port: number }>;
  readonly s3?: Readonly<S3 & { addressing: NonNullable<S3['addressing']> }>;
  /** Hours and minutes of the servers' clocks. */
  readonly at: string;
  readonly keep_days: number;
};

/** An inventory as it is used: whole, and with every default in its place. */
export type Inventory = Readonly<Pick<WrittenInventory, 'name' | 'site' | 'vip' | 'groups' | 'registry'>> & {
  /** Where it was read from; paths in it are relative to this file's folder. */
  readonly file: string;
  readonly tls: WrittenInventory['tls'] & { readonly http3: boolean };
  readonly servers: Readonly<Record<string, Server>>;
  /** Absent: one per core of the server. */
  readonly instances: { readonly web?: number; readonly app?: number };
  /** No servers: nobody measures. */
  readonly observability: { readonly servers: readonly string[]; readonly alertmanagers: readonly string[] };
  /** Absent: no traces are sent. */
  readonly tracing?: { readonly endpoint: string; readonly ratio: number };
  /** Absent: there are none. */
  readonly backup?: Backup;
  readonly settings: { readonly ssh_from: readonly string[]; readonly requests_per_client: number };
};

/** The sentence for a value that a schema refuses. */
export const faultOf = (schema: TSchema): string => (schema as unknown as Fault).fault;
