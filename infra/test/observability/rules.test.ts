import assert from 'node:assert/strict';
import { mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, suite, test } from 'node:test';
import { parse, stringify } from 'yaml';
import { root } from '../../local/paths.ts';
import { cannotJudge, promtool } from '../support/promtool.ts';

type Alert = {
  readonly alert?: string;
  readonly expr: string;
  readonly labels?: { readonly severity?: string };
  readonly annotations?: { readonly summary?: string; readonly runbook?: string };
};
type Rules = { readonly groups: readonly { readonly name: string; readonly rules: readonly Alert[] }[] };
type Trial = { readonly alertname: string; readonly exp_alerts?: readonly unknown[] };
type Trials = { readonly tests: readonly { readonly alert_rule_test?: readonly Trial[] }[] };

const folder = `${root}infra/test/observability/rules/`;
const ruleFile = `${root}infra/roles/observability/files/rules.yml`;
const rules = parse(readFileSync(ruleFile, 'utf8')) as Rules;
const alerts = rules.groups.flatMap((group) => group.rules).filter((rule) => rule.alert !== undefined);
const files = readdirSync(folder).filter((name) => name.endsWith('.yml'));

/** A minute where others use both cores; a file takes 3 s. */
const timeout = 300_000;

const operations = readFileSync(`${root}docs/operations.md`, 'utf8');
const paragraphs = (/^## Alerts$(.*?)(?=^## |(?![\s\S]))/ms.exec(operations)?.[1] ?? '').split(/^### /m).slice(1);

test('every alert says how bad it is and what it is, and leads to its paragraph of the runbook, which says what to look at, what to do and how long it takes', () => {
  assert.ok(alerts.length > 15);
  const faults = alerts.filter(({ alert = '', labels, annotations }) => {
    const paragraph = paragraphs.find((each) => each.startsWith(`${alert}\n`));
    return !(
      /^(page|ticket)$/.test(labels?.severity ?? '') &&
      (annotations?.summary ?? '') !== '' &&
      annotations?.runbook === `docs/operations.md#${alert.toLowerCase()}` &&
      ['Symptom', 'Check', 'Action', 'Takes'].every((part) => paragraph?.includes(`**${part}.**`))
    );
  });
  assert.deepEqual(
    faults.map(({ alert }) => alert),
    [],
  );
});

test('the runbook has no paragraph of an alert that there is not', () => {
  assert.deepEqual(
    paragraphs.map((paragraph) => paragraph.split('\n', 1)[0]),
    alerts.map(({ alert }) => alert),
  );
});

suite('rules', { skip: cannotJudge, timeout }, () => {
  const work = mkdtempSync(join(tmpdir(), 'scale-up-rules-'));
  after(() => rmSync(work, { recursive: true }));

  test('are such that promtool finds no fault in them', async () => {
    const { code, output } = await promtool(folder, 'check', 'rules', '--lint=all', '--lint-fatal', ruleFile);
    assert.equal(code, 0, output);
  });

  for (const file of files) {
    test(`fire on the series of ${file} for which they must, and on no others`, async () => {
      const { code, output } = await promtool(folder, 'test', 'rules', file);
      assert.equal(code, 0, output);
    });
  }

  test('have series for which each fires, and for which each does not', () => {
    const trials = files.flatMap((file) =>
      (parse(readFileSync(folder + file, 'utf8')) as Trials).tests.flatMap((each) => each.alert_rule_test ?? []),
    );
    for (const { alert } of alerts) {
      const own = trials.filter(({ alertname }) => alertname === alert);
      const firing = own.filter(({ exp_alerts: expected = [] }) => expected.length > 0);
      assert.ok(firing.length > 0 && firing.length < own.length, `${alert}: ${firing.length} of ${own.length} fire`);
    }
  });

  test('that never fire are found by those series', async () => {
    const groups = rules.groups.map((group) => ({
      ...group,
      rules: group.rules.map((rule) => (rule.alert === undefined ? rule : { ...rule, expr: 'vector(1) == 2' })),
    }));
    writeFileSync(join(work, 'never.yml'), stringify({ groups }));
    const missed = new Set<string>();
    for (const file of files) {
      const text = readFileSync(folder + file, 'utf8').replace(/^rule_files: .*$/m, 'rule_files: [never.yml]');
      writeFileSync(join(work, file), text);
      const { code, output } = await promtool(work, 'test', 'rules', file);
      assert.notEqual(code, 0, file);
      for (const [, alert = ''] of output.matchAll(/^ +alertname: (\w+)/gm)) missed.add(alert);
    }
    assert.deepEqual([...missed].toSorted(), alerts.map(({ alert = '' }) => alert).toSorted());
  });
});
