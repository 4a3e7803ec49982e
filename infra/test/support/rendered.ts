import { readInventory } from '../../inventory/read.ts';
import { type RenderedFile, renderFiles } from '../../inventory/render.ts';
import { completeSecrets, type Secrets } from '../../inventory/secrets.ts';
import type { Inventory } from '../../inventory/schema.ts';
import { canMakeVenvs, ensureAnsible } from '../../inventory/venv.ts';

/** Why nothing can be rendered here, if so: a site on one machine needs no Python. */
export const cannotRender: string | false = (await canMakeVenvs()) ? false : 'no Python 3.11 with venv here';

export type Rendered = {
  readonly inventory: Inventory;
  readonly secrets: Secrets;
  readonly files: Readonly<Record<string, readonly RenderedFile[]>>;
};

/** Two processes of each kind, so that what is counted per process shows. */
const instances = { web: 2, app: 2 };

/**
 * All files of an inventory of the repository, with secrets made for this.
 * @param changes of the inventory
 * @param known secrets that there are already
 */
export const rendered = async (
  name: string,
  changes: Partial<Inventory> = {},
  known: Partial<Secrets> = {},
): Promise<Rendered> => {
  const shipped = readInventory(new URL(`../../inventory/${name}.yml`, import.meta.url).pathname);
  const inventory = { ...shipped, ...changes };
  const secrets = await completeSecrets(inventory, known);
  const bin = await ensureAnsible(() => {});
  return { inventory, secrets, files: await renderFiles(bin, inventory, secrets, () => instances) };
};
