import { resolve } from 'node:path';
import { parseArgs } from 'node:util';
import type { Secrets } from '@scale-up/infra/inventory/secrets.ts';
import { openVault, vaultOf } from '@scale-up/infra/inventory/vault.ts';
import { ensureAnsible } from '@scale-up/infra/inventory/venv.ts';
import { messageOf } from '@scale-up/infra/local/message.ts';
import { root } from '@scale-up/infra/local/paths.ts';
import { print } from '@scale-up/infra/local/terminal.ts';
import { ClusterPage, isWhole } from './cluster-page.ts';
import { ServersSite } from './servers-site.ts';

const usage = `usage: npm run cluster-page -- [-i INVENTORY] [--lab NAME] [--kill SERVER,…]
Opens /cluster at the VIP in a browser, takes the power of one server after the other (all of them, the holder of the VIP last), and says
after how long the page shows it as lost, and as back.`;

const readArguments = () => {
  const { values } = parseArgs({
    options: {
      inventory: { type: 'string', short: 'i', default: 'inventory/three-servers.yml' },
      lab: { type: 'string' },
      kill: { type: 'string' },
      help: { type: 'boolean', short: 'h', default: false },
    },
  });
  return values;
};

const passwordOf = async (site: ServersSite): Promise<string> => {
  const vault = await openVault(await ensureAnsible(() => {}), vaultOf(site.inventory));
  return (vault as { readonly secrets: Secrets }).secrets.demo_password;
};

const main = async ({ inventory, lab, kill }: ReturnType<typeof readArguments>): Promise<void> => {
  const site = new ServersSite({ inventory: resolve(`${root}infra`, inventory), lab });
  await site.untilWhole(60, print);
  const page = new ClusterPage(site, await passwordOf(site));
  try {
    await page.until(60, 0, isWhole);
    const { holder } = await site.roles();
    const all = site.servers.names.toSorted((one, other) => Number(one === holder) - Number(other === holder));
    for (const name of kill?.split(',') ?? all) {
      const began = Date.now();
      await site.hands.kill(name);
      const took = await page.until(30, began, ({ servers }) => servers[name] === 'lost');
      print(`${name}${name === holder ? ', which holds the VIP,' : ''} is shown as lost after ${took.toFixed(2)} s`);
      await site.hands.boot(name);
      print(`  and all as well ${(await page.until(120, Date.now(), isWhole)).toFixed(1)} s after it is on`);
      await site.untilWhole(120, print);
    }
  } finally {
    await page.close();
    await site.hands.revive();
  }
};

const values = readArguments();
if (values.help) print(usage);
else {
  await main(values).catch((error: unknown) => {
    print(messageOf(error));
    process.exitCode = 1;
  });
}
