import { createHash } from 'node:crypto';
import type { Inventory } from '../inventory/schema.ts';
import { localFolder, root } from '../local/paths.ts';

export type ServerLayout = {
  readonly name: string;
  readonly address: string;
  readonly namespace: string;
  /** Its end of the cable at the bridge, inside the lab's namespace. */
  readonly port: string;
  readonly mac: string;
  /** What survives a power loss; deleted by a reset. */
  readonly disk: string;
  /** Where its console goes. */
  readonly log: string;
  /** Held by its supervisor while there is one. */
  readonly lock: string;
  /** Its processes, written by its supervisor. */
  readonly processes: string;
};

/** Every name that a lab uses on the host; two labs have none in common. */
export type Layout = {
  readonly name: string;
  readonly id: string;
  readonly folder: string;
  readonly namespace: string;
  /** The host's end of the cable into the lab, where there is one. */
  readonly hostLink: string;
  readonly inventory: string;
  /** The root image that all its disks lie over. */
  readonly image: string;
  readonly network: { readonly address: string; readonly prefix: number; readonly interface: string };
  readonly vip: string;
  readonly sshKey: string;
  readonly sshConfig: string;
  readonly knownHosts: string;
  readonly servers: Readonly<Record<string, ServerLayout>>;
};

const labsFolder = `${localFolder}lab`;

const hash = (text: string, digits: number): string => createHash('sha256').update(text).digest('hex').slice(0, digits);

/** Six hexadecimal digits that two checkouts, or two labs of one checkout, do not share. */
export const labId = (name: string): string => hash(`${root}\n${name}`, 6);

/** Where a lab keeps everything it has. */
export const labFolder = (name: string): string => `${labsFolder}/${name}`;

/** Held while a lab is changed; it lies outside the folder, which a `lab-down` deletes. */
export const labLock = (name: string): string => `${labsFolder}/${name}.lock`;

/** The namespace that holds the lab's bridge; a server's namespace has the server's name behind it. */
export const labNamespace = (id: string): string => `lab-${id}`;

/** The address of the lab's own side of the network: the first one. */
const firstAddress = (address: string, prefix: number): string => numberToAddress(networkOf(address, prefix) + 1);

/** An IPv4 address as a number. */
export const addressToNumber = (address: string): number =>
  address.split('.').reduce((number, part) => number * 256 + Number(part), 0);

/** The address that a number stands for. */
export const numberToAddress = (number: number): string =>
  [24, 16, 8, 0].map((shift) => Math.floor(number / 2 ** shift) % 256).join('.');

/** The number of a network's own address. */
export const networkOf = (address: string, prefix: number): number => {
  const size = 2 ** (32 - prefix);
  return Math.floor(addressToNumber(address) / size) * size;
};

/**
 * A server keeps its MAC address when it boots again, as a real one does: what its peers remember stays true.
 * The first octet says "locally administered".
 */
const macOf = (id: string, server: string): string =>
  `02:${(hash(`${id}/${server}`, 10).match(/../g) ?? []).join(':')}`;

/** What a server of a lab is called and where it lies. */
export const serverLayout = (lab: string, name: string, address: string): ServerLayout => {
  const id = labId(lab);
  const folder = labFolder(lab);
  return {
    name,
    address,
    namespace: `${labNamespace(id)}-${name}`,
    // An interface's name has 15 characters at most, a server's may have more.
    port: `port-${hash(name, 8)}`,
    mac: macOf(id, name),
    disk: `${folder}/disks/${name}`,
    log: `${folder}/${name}.log`,
    lock: `${folder}/${name}.lock`,
    processes: `${folder}/${name}.processes.json`,
  };
};

/** What a lab of an inventory is called and where it lies. */
export const layoutOf = (
  name: string,
  inventoryFile: string,
  inventory: Pick<Inventory, 'vip' | 'servers'>,
  image: string,
): Layout => {
  const id = labId(name);
  const folder = labFolder(name);
  const namespace = labNamespace(id);
  const { address, prefix } = inventory.vip;
  return {
    name,
    id,
    folder,
    namespace,
    hostLink: namespace,
    inventory: inventoryFile,
    image,
    network: { address: firstAddress(address, prefix), prefix, interface: inventory.vip.interface },
    vip: address,
    sshKey: `${folder}/ssh/id_ed25519`,
    sshConfig: `${folder}/ssh_config`,
    knownHosts: `${folder}/ssh/known_hosts`,
    servers: Object.fromEntries(
      Object.entries(inventory.servers).map(([server, { address: at }]) => [server, serverLayout(name, server, at)]),
    ),
  };
};
