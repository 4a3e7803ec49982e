import assert from 'node:assert/strict';
import { mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { test } from 'node:test';
import { runToEnd } from '../../local/run-to-end.ts';

const templates = new URL('../../roles/patroni/templates/witness/', import.meta.url);
const cases = fileURLToPath(new URL('witness_test.py', import.meta.url));

test('witnesses depose a primary only when all say that its server is gone, and none that could still acknowledge', async () => {
  const folder = mkdtempSync(join(tmpdir(), 'scale-up-witness-'));
  try {
    for (const template of readdirSync(templates).filter((name) => name.endsWith('.py.j2'))) {
      // Nothing in them depends on a server.
      const text = readFileSync(new URL(template, templates), 'utf8');
      writeFileSync(join(folder, template.slice(0, -3)), text.replace('{% raw %}', '').replace('{% endraw %}', ''));
    }
    const { code, output } = await runToEnd({ command: 'python3', args: [cases, folder] }, {});
    assert.equal(code, 0, output);
    assert.match(output, /^Ran 2\d tests/m);
  } finally {
    rmSync(folder, { recursive: true });
  }
});
