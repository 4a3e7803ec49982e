import assert from 'node:assert/strict';
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { after, suite, test } from 'node:test';
import { fileURLToPath } from 'node:url';
import { stringify } from 'yaml';
import { localFolder, root } from '../../local/paths.ts';
import { runToEnd } from '../../local/run-to-end.ts';
import { dashboards, expressions } from '../support/expressions.ts';
import { cannotJudge, promtool } from '../support/promtool.ts';

const dashboardType = fileURLToPath(new URL('../support/grafana-dashboard.ts', import.meta.url));

/** In a folder of the repository, so that packages are found from there. */
mkdirSync(localFolder, { recursive: true });
const work = mkdtempSync(`${localFolder}dashboards-`);
after(() => rmSync(work, { recursive: true }));

/** What TypeScript finds in a dashboard as a value of Grafana's types; nothing, where it is one. */
const faultsOf = async (json: string): Promise<string> => {
  const file = join(work, 'dashboard.ts');
  const text = `import type { OwnDashboard } from ${JSON.stringify(dashboardType)};\nexport const it: OwnDashboard = ${json};\n`;
  writeFileSync(file, text);
  const config = {
    extends: `${root}tsconfig.json`,
    compilerOptions: { skipLibCheck: true },
    files: [file],
    include: [],
  };
  writeFileSync(join(work, 'tsconfig.json'), JSON.stringify(config));
  // Not pretty: where FORCE_COLOR is set, colours would stand between the words.
  const { code, output } = await runToEnd(
    { command: process.execPath, args: [`${root}node_modules/.bin/tsc`, '-p', work, '--pretty', 'false'] },
    { cwd: work },
  );
  // A compiler that was killed finds nothing either.
  assert.equal(code === 0, output === '', `ended by ${code} and said: ${output}`);
  return output;
};

type Placed = { readonly gridPos: { readonly x: number; readonly y: number; readonly w: number; readonly h: number } };

const overlap = ({ gridPos: a }: Placed, { gridPos: b }: Placed): boolean =>
  a.x < b.x + b.w && b.x < a.x + a.w && a.y < b.y + b.h && b.y < a.y + a.h;

suite('the dashboards', () => {
  test('are one a question', () => {
    assert.deepEqual(Object.keys(dashboards).toSorted(), ['database.json', 'is-it-fast.json', 'is-it-up.json']);
    const uids = Object.values(dashboards).map(({ uid }) => uid);
    assert.equal(new Set(uids).size, uids.length);
  });

  for (const [name, dashboard] of Object.entries(dashboards)) {
    test(`${name} is one as Grafana’s own types describe it, and no panel lies on another`, async () => {
      const json = JSON.stringify(dashboard);
      assert.equal(await faultsOf(json), '');
      const { panels } = dashboard;
      assert.equal(new Set(panels.map(({ id }) => id)).size, panels.length, 'numbers of panels');
      assert.equal(new Set(panels.map(({ title }) => title)).size, panels.length, 'titles of panels');
      const placed = panels.map(({ gridPos, title }) => ({ gridPos: { x: 0, y: 0, w: 0, h: 0, ...gridPos }, title }));
      for (const [index, each] of placed.entries()) {
        // 24 columns.
        assert.ok(each.gridPos.x + each.gridPos.w <= 24 && each.gridPos.w > 0 && each.gridPos.h > 0, each.title);
        const other = placed.slice(index + 1).find((later) => overlap(each, later));
        assert.equal(other, undefined, `${each.title} lies on ${other?.title}`);
      }
    });
  }

  test('with a word that Grafana does not know, at any depth, one is refused', async () => {
    const json = JSON.stringify(dashboards['is-it-up.json']);
    for (const [right, wrong] of [
      ['"graphMode":"none"', '"graphMode":"nothing"'],
      ['"mode":"absolute"', '"mode":"relative"'],
      ['"colorMode":"background"', '"colourMode":"background"'],
      ['"uid":"${source}"', '"uid":"mine"'],
      ['"refresh":"30s"', '"refresh":30'],
    ] as const) {
      assert.ok(json.includes(right), right);
      const faults = await faultsOf(json.replace(right, wrong));
      assert.match(faults, /error TS/, `${wrong}: ${faults}`);
    }
  });

  test('ask nothing that Prometheus would not understand', { skip: cannotJudge, timeout: 60_000 }, async () => {
    for (const name of Object.keys(dashboards)) {
      const rules = expressions[name]?.map((expr, index) => ({ record: `panel:${index}`, expr })) ?? [];
      assert.ok(rules.length > 10);
      writeFileSync(join(work, 'panels.yml'), stringify({ groups: [{ name, rules }] }));
      const { code, output } = await promtool(work, 'check', 'rules', 'panels.yml');
      assert.equal(code, 0, output);
    }
  });
});
