import { readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { parseDocument } from 'yaml';
import { readInventory } from '../../inventory/read.ts';
import type { Inventory, WrittenInventory } from '../../inventory/schema.ts';

/** Values by their path, such as `servers.s2.address`; undefined takes away what is there. */
export type Changes = Readonly<Record<string, unknown>>;

/** The path of an inventory that the repository has. */
export const shipped = (name: 'three-servers' | 'separate-tiers'): string =>
  fileURLToPath(new URL(`../../inventory/${name}.yml`, import.meta.url));

/** What three-servers.yml says, with changes. */
export const textWith = (changes: Changes): string => {
  const draft = parseDocument(readFileSync(shipped('three-servers'), 'utf8'));
  for (const [path, value] of Object.entries(changes)) {
    if (value === undefined) draft.deleteIn(path.split('.'));
    else draft.setIn(path.split('.'), value);
  }
  return String(draft);
};

/** The inventory of three servers, with other groups where a test wants them. */
export const threeServers = (groups: Partial<WrittenInventory['groups']> = {}): Inventory => {
  const inventory = readInventory(shipped('three-servers'));
  return { ...inventory, groups: { ...inventory.groups, ...groups } };
};
