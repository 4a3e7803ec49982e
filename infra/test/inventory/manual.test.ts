import assert from 'node:assert/strict';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { suite, test } from 'node:test';
import type { TSchema } from 'typebox';
import { parse } from 'yaml';
import { shapeFaults } from '../../inventory/check-shape.ts';
import { readInventory } from '../../inventory/read.ts';
import { inventorySchema } from '../../inventory/schema.ts';
import { shipped, textWith } from '../support/inventories.ts';

type Node = TSchema & {
  readonly properties?: Record<string, TSchema>;
  readonly patternProperties?: Record<string, TSchema>;
};

/** Every key that an inventory may have, by its path; `*` for a server's name. */
const keysOf = (schema: TSchema, path = ''): string[] => {
  const { properties = {}, patternProperties = {} } = schema as Node;
  const below = (key: string, child: TSchema): string[] => {
    const whole = path === '' ? key : `${path}.${key}`;
    return [whole, ...keysOf(child, whole)];
  };
  return [
    ...Object.entries(properties).flatMap(([key, child]) => below(key, child)),
    ...Object.values(patternProperties).flatMap((child) => below('*', child)),
  ];
};

const manual = readFileSync(shipped('three-servers'), 'utf8');

/** The manual with its optional keys, which stand behind a "#" without a space, or with two and more where they are inside of another. */
const uncommented = parse(manual.replaceAll(/^( *)#(?=( {2,})?[a-z0-9_]+:)/gm, '$1')) as Record<string, unknown>;

const valueAt = (path: string): unknown =>
  path.split('.').reduce<unknown>((value, key) => {
    if (typeof value !== 'object' || value === null) return undefined;
    const found = value as Record<string, unknown>;
    return key === '*' ? Object.values(found)[0] : found[key];
  }, uncommented);

suite('three-servers.yml is the manual of inventories', () => {
  const paths = keysOf(inventorySchema);

  test('every key that there is stands in it', () => {
    assert.ok(paths.length > 25, paths.join(' '));
    assert.deepEqual(
      paths.filter((path) => valueAt(path) === undefined),
      [],
    );
  });

  test('and nothing else, with values that are right, the optional ones too', () => {
    assert.deepEqual(shapeFaults(inventorySchema, uncommented), []);
  });

  test('its optional settings show their defaults', () => {
    const used = readInventory(shipped('three-servers'));
    assert.deepEqual(valueAt('settings'), used.settings);
    assert.equal(valueAt('tls.http3'), used.tls.http3);
    assert.deepEqual(valueAt('servers.*.ssh'), used.servers['s1']?.ssh);
  });

  test('no traces are sent unless it says where to, and then one in ten', () => {
    const folder = mkdtempSync(join(tmpdir(), 'scale-up-manual-'));
    try {
      const file = join(folder, 'mine.yml');
      writeFileSync(file, textWith({ 'tracing.endpoint': valueAt('tracing.endpoint') }));
      assert.deepEqual(readInventory(file).tracing, valueAt('tracing'));
      assert.equal(readInventory(shipped('three-servers')).tracing, undefined);
    } finally {
      rmSync(folder, { recursive: true });
    }
  });

  test('every part says what it is for, above or at its first key', () => {
    const lines = manual.split('\n');
    const isComment = (line: string | undefined): boolean => /^ *# /.test(line ?? '');
    const bare = [
      'name',
      'site',
      'vip',
      'tls',
      'servers',
      'groups',
      'instances',
      '#observability',
      '#registry',
      '#tracing',
      '#backup',
      '#settings',
    ].filter((key) => {
      const at = lines.findIndex((line) => line.startsWith(`${key}:`));
      return at < 1 || !(isComment(lines[at - 1]) || isComment(lines[at + 1]));
    });
    assert.deepEqual(bare, []);
  });
});
