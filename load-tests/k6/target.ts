import { existsSync } from 'node:fs';
import { inventoryFolder } from '@scale-up/infra/inventory/folder.ts';
import { readInventory } from '@scale-up/infra/inventory/read.ts';
import type { Inventory } from '@scale-up/infra/inventory/schema.ts';
import { edgeAuthorityFile } from '@scale-up/infra/inventory/secrets.ts';
import { demandLab, type Lab, runningLab } from '@scale-up/infra/lab/lab.ts';
import { localFolder } from '@scale-up/infra/local/paths.ts';

/** The site that is put under load, and how it is reached. */
export type Target = {
  readonly url: string;
  /** Addresses of names that the resolver does not know. */
  readonly hosts: Readonly<Record<string, string>>;
  /** In front of a command that is to run where clients are. */
  readonly prefix: readonly string[];
  /** A file of authorities that vouch for its certificate, where the system's do not. */
  readonly authority: string | undefined;
  /** Where this machine keeps the accounts of load tests. */
  readonly folder: string;
  /** Its servers, where this machine may look at them. */
  readonly servers: { readonly inventory: Inventory; readonly lab: Lab | undefined } | undefined;
};

/** The site of an inventory, by its VIP. */
const atVip = (file: string, name: string | undefined): Target => {
  const inventory = readInventory(file);
  const lab = name === undefined ? runningLab(inventory) : demandLab(name);
  return {
    url: `https://${inventory.site.host}`,
    hosts: { [inventory.site.host]: inventory.vip.address },
    prefix: lab?.prefix ?? [],
    authority: edgeAuthorityFile(inventory),
    folder: `${inventoryFolder(inventory)}load/`,
    servers: { inventory, lab },
  };
};

/** A site anywhere. */
const atAddress = (address: string): Target => {
  const url = URL.canParse(address) ? new URL(address) : undefined;
  if (!url || !/^https?:$/.test(url.protocol) || url.pathname !== '/' || url.search !== '')
    throw new Error(`ADDRESS must be a site such as https://www.example.com, not "${address}"`);
  const authority = process.env['SSL_CERT_FILE'];
  if (authority !== undefined && !existsSync(authority))
    throw new Error(`SSL_CERT_FILE names "${authority}", which is not there`);
  return {
    url: url.origin,
    hosts: {},
    prefix: [],
    authority,
    folder: `${localFolder}load/${url.host.replaceAll(':', '-')}/`,
    servers: undefined,
  };
};

/**
 * Where to send the load: ADDRESS of the environment, else the VIP of an inventory, of its lab where there is one.
 * @param file the inventory
 * @param lab the lab's own name, when it has another than the inventory
 * @throws Error with a sentence about what is wrong
 */
export const findTarget = (file: string, lab?: string): Target => {
  const address = process.env['ADDRESS'];
  return address ? atAddress(address) : atVip(file, lab);
};
