import assert from 'node:assert/strict';
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, suite, test } from 'node:test';
import { fileURLToPath } from 'node:url';
import { readInventory } from '../inventory/read.ts';
import { renderFiles } from '../inventory/render.ts';
import { completeSecrets } from '../inventory/secrets.ts';
import { ensureAnsible } from '../inventory/venv.ts';
import { existingImage } from '../lab/image.ts';
import { runToEnd } from '../local/run-to-end.ts';
import { type Given, inventoryText } from './edge/site.ts';

const image = existingImage();
const why = process.getuid?.() !== 0 ? 'needs root' : image === undefined ? 'needs the image of a lab' : false;

// HAProxy listens on 443 and mounts are made: in namespaces of their own, so that nothing of it meets the host, and all of it is gone
// with the process.
const namespaces = ['--net', '--mount', '--propagation', 'private', '--pid', '--fork', '--kill-child', '--mount-proc'];

suite('the edge', { skip: why }, () => {
  const folder = mkdtempSync(join(tmpdir(), 'scale-up-edge-'));
  const given = join(folder, 'given.json');

  before(async () => {
    writeFileSync(join(folder, 'inventory.yml'), inventoryText);
    const inventory = readInventory(join(folder, 'inventory.yml'));
    const secrets = await completeSecrets(inventory);
    const files = await renderFiles(await ensureAnsible(() => {}), inventory, secrets, () => ({ web: 1, app: 1 }));
    const facts: Given = { image: image ?? '', folder: join(folder, 'disks'), secrets, files };
    mkdirSync(facts.folder);
    writeFileSync(given, JSON.stringify(facts), { mode: 0o600 });
  });

  after(() => rmSync(folder, { recursive: true }));

  for (const subject of ['requests', 'repetition', 'streams', 'encryption']) {
    test(subject, { timeout: 60_000 }, async (t) => {
      const tests = fileURLToPath(new URL(`edge/${subject}.ts`, import.meta.url));
      const node = [process.execPath, '--test', '--test-reporter=spec', tests];
      const { NODE_TEST_CONTEXT: _, NODE_OPTIONS: _options, ...env } = process.env;
      const { code, output } = await runToEnd(
        { command: 'unshare', args: [...namespaces, ...node] },
        { env: { ...env, EDGE_TEST_GIVEN: given } },
      );
      // Each request is a line of HAProxy's log; what failed is said at the end.
      assert.equal(code, 0, output.split('\n').slice(-150).join('\n'));
      for (const line of output.split('\n').filter((each) => each.startsWith('✔'))) t.diagnostic(line);
    });
  }
});
