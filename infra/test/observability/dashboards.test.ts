import assert from 'node:assert/strict';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, suite, test } from 'node:test';
import { type Static, Type } from 'typebox';
import { Value } from 'typebox/value';
import { stringify } from 'yaml';
import { dashboards, expressions } from '../support/expressions.ts';
import { cannotJudge, promtool } from '../support/promtool.ts';

const closed = { additionalProperties: false };
/** Whoever imports a dashboard chooses the Prometheus that the variable stands for. */
const source = Type.Object({ type: Type.Literal('prometheus'), uid: Type.Literal('${source}') }, closed);
const step = Type.Object({ color: Type.String(), value: Type.Union([Type.Null(), Type.Number()]) }, closed);
const thresholds = Type.Object({ mode: Type.Literal('absolute'), steps: Type.Array(step, { minItems: 1 }) }, closed);

const panel = Type.Object(
  {
    id: Type.Integer({ minimum: 1 }),
    type: Type.Union([Type.Literal('timeseries'), Type.Literal('stat'), Type.Literal('state-timeline')]),
    title: Type.String({ minLength: 1 }),
    description: Type.String(),
    datasource: source,
    // 24 columns.
    gridPos: Type.Object(
      {
        x: Type.Integer({ minimum: 0, maximum: 23 }),
        y: Type.Integer({ minimum: 0 }),
        w: Type.Integer({ minimum: 1, maximum: 24 }),
        h: Type.Integer({ minimum: 1 }),
      },
      closed,
    ),
    targets: Type.Array(
      Type.Object(
        {
          refId: Type.String({ pattern: '^[A-Z]$' }),
          datasource: source,
          expr: Type.String({ minLength: 1 }),
          legendFormat: Type.String(),
          instant: Type.Optional(Type.Boolean()),
        },
        closed,
      ),
      { minItems: 1 },
    ),
    fieldConfig: Type.Object({
      defaults: Type.Object({ thresholds: Type.Optional(thresholds) }),
      overrides: Type.Array(Type.Unknown()),
    }),
    options: Type.Object({}),
  },
  closed,
);

/** What Grafana's page on the JSON model of dashboards names, as far as it is used here. */
const dashboardSchema = Type.Object(
  {
    uid: Type.String({ pattern: '^[A-Za-z0-9_-]{8,40}$' }),
    title: Type.String({ minLength: 1 }),
    description: Type.String({ minLength: 1 }),
    tags: Type.Array(Type.String()),
    timezone: Type.Union([Type.Literal('browser'), Type.Literal('utc')]),
    editable: Type.Boolean(),
    graphTooltip: Type.Integer({ minimum: 0, maximum: 2 }),
    schemaVersion: Type.Integer({ minimum: 36 }),
    version: Type.Integer({ minimum: 0 }),
    refresh: Type.String({ pattern: '^[0-9]+[smhd]$' }),
    time: Type.Object({ from: Type.String({ pattern: '^now-' }), to: Type.Literal('now') }, closed),
    templating: Type.Object(
      {
        list: Type.Tuple([
          Type.Object({
            name: Type.Literal('source'),
            label: Type.String(),
            type: Type.Literal('datasource'),
            query: Type.Literal('prometheus'),
            refresh: Type.Integer({ minimum: 0, maximum: 2 }),
          }),
        ]),
      },
      closed,
    ),
    annotations: Type.Object(
      {
        list: Type.Array(
          Type.Object({
            name: Type.String(),
            datasource: source,
            enable: Type.Boolean(),
            iconColor: Type.String(),
            expr: Type.String(),
          }),
        ),
      },
      closed,
    ),
    links: Type.Array(Type.Unknown()),
    panels: Type.Array(panel, { minItems: 1 }),
  },
  closed,
);

type Panel = Static<typeof panel>;

const overlap = ({ gridPos: a }: Panel, { gridPos: b }: Panel): boolean =>
  a.x < b.x + b.w && b.x < a.x + a.w && a.y < b.y + b.h && b.y < a.y + a.h;

suite('the dashboards', () => {
  test('are one a question', () => {
    assert.deepEqual(Object.keys(dashboards).toSorted(), ['database.json', 'is-it-fast.json', 'is-it-up.json']);
    const uids = Object.values(dashboards).map((each) => (each as Static<typeof dashboardSchema>).uid);
    assert.equal(new Set(uids).size, uids.length);
  });

  for (const [name, value] of Object.entries(dashboards)) {
    test(`${name} is one as Grafana describes it`, () => {
      const faults = Value.Errors(dashboardSchema, value).map((error) => `${error.instancePath}: ${error.message}`);
      assert.deepEqual(faults, []);
      const { panels } = Value.Parse(dashboardSchema, value);
      assert.equal(new Set(panels.map(({ id }) => id)).size, panels.length, 'numbers of panels');
      assert.equal(new Set(panels.map(({ title }) => title)).size, panels.length, 'titles of panels');
      for (const [index, each] of panels.entries()) {
        assert.ok(each.gridPos.x + each.gridPos.w <= 24, `${each.title} ends outside`);
        assert.equal(new Set(each.targets.map(({ refId }) => refId)).size, each.targets.length, each.title);
        const other = panels.slice(index + 1).find((later) => overlap(each, later));
        assert.equal(other, undefined, `${each.title} lies on ${other?.title}`);
      }
    });
  }

  test('ask nothing that Prometheus would not understand', { skip: cannotJudge, timeout: 60_000 }, async () => {
    const work = mkdtempSync(join(tmpdir(), 'scale-up-dashboards-'));
    after(() => rmSync(work, { recursive: true }));
    for (const name of Object.keys(dashboards)) {
      const rules = expressions[name]?.map((expr, index) => ({ record: `panel:${index}`, expr })) ?? [];
      assert.ok(rules.length > 10);
      writeFileSync(join(work, 'panels.yml'), stringify({ groups: [{ name, rules }] }));
      const { code, output } = await promtool(work, 'check', 'rules', 'panels.yml');
      assert.equal(code, 0, output);
    }
  });
});
