import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, suite, test } from 'node:test';
import { parse } from 'yaml';
import { root } from '../../local/paths.ts';
import { cannotRender, rendered } from '../support/rendered.ts';

type Task = { readonly name: string; readonly 'ansible.builtin.shell'?: string };

const tasks = parse(readFileSync(`${root}infra/roles/firewall/tasks/main.yml`, 'utf8')) as Task[];
const load = tasks.find(({ name }) => name.startsWith('Load the rules'))?.['ansible.builtin.shell'] ?? '';

/** Ansible is installed once, into .local/ansible. */
const timeout = 600_000;

suite('the rules of a server that lets in less than before', { skip: cannotRender, timeout }, () => {
  const folder = mkdtempSync(join(tmpdir(), 'scale-up-firewall-'));
  after(() => rmSync(folder, { recursive: true }));

  /** What the task gives to nft, with the rules of two servers. */
  const given = (rules: string, former: string | undefined): string => {
    writeFileSync(join(folder, 'rules'), rules);
    if (former !== undefined) writeFileSync(join(folder, 'memory-loaded'), former);
    const script = load
      .replaceAll('{{ firewall_memory }}', join(folder, 'memory'))
      .replaceAll('/etc/nftables.conf', join(folder, 'rules'))
      .replace('nft -f -', 'cat');
    return execFileSync('sh', ['-c', script], { encoding: 'utf8', stdio: ['ignore', 'pipe', 'ignore'] });
  };

  test('are loaded together with whatever the former ones accept by port, until the end of the run', async () => {
    const [all, one] = [await rendered('three-servers'), await rendered('separate-tiers')];
    const rulesOf = (files: typeof all, server: string): string =>
      files.files[server]?.find(({ path }) => path === '/etc/nftables.conf')?.text ?? '';
    const [former, rules] = [rulesOf(all, 's3'), rulesOf(one, 'db-1')];
    const accepted = former.split('\n').filter((line) => /dport .* accept/.test(line));
    assert.ok(accepted.length > 8, accepted.join('\n'));
    const added = accepted.map((line) => `add rule inet scale_up input ${line.trim().replace(/ comment .*$/, '')}`);
    assert.equal(given(rules, undefined), rules, 'of a new server nothing');
    assert.equal(given(rules, former), `${rules}${added.join('\n')}\n`);
  });
});
