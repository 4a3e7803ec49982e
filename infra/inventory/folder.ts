import { localFolder } from '../local/paths.ts';
import type { Inventory } from './schema.ts';

/** Where a machine keeps what belongs to an inventory and to no repository. Ends with a slash. */
export const inventoryFolder = ({ name }: Pick<Inventory, 'name'>): string => `${localFolder}inventory/${name}/`;
