import assert from 'node:assert/strict';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { test } from 'node:test';
import { runToEnd } from '../../local/run-to-end.ts';

const template = new URL('../../roles/patroni/templates/witness.py.j2', import.meta.url);
const cases = fileURLToPath(new URL('witness_test.py', import.meta.url));

test('witnesses depose a primary only when all say that its server is gone, and none that could still acknowledge', async () => {
  const folder = mkdtempSync(join(tmpdir(), 'scale-up-witness-'));
  try {
    const program = join(folder, 'witness');
    // Nothing in it depends on a server.
    writeFileSync(program, readFileSync(template, 'utf8').replace('{% raw %}', '').replace('{% endraw %}', ''));
    const { code, output } = await runToEnd({ command: 'python3', args: [cases, program] }, {});
    assert.equal(code, 0, output);
    assert.match(output, /^Ran 1\d tests/m);
  } finally {
    rmSync(folder, { recursive: true });
  }
});
