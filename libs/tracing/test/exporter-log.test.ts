import assert from 'node:assert/strict';
import { suite, test } from 'node:test';
import { diag } from '@opentelemetry/api';
import { logExporter } from '../src/exporter-log.ts';

suite('what the exporter says', () => {
  const lines: string[] = [];
  const note = (text: string): void => void lines.push(text);
  logExporter({ info: note, warn: note, error: note, debug: note }, undefined);

  test('is a line of the log, once a minute, whatever the numbers in it are', () => {
    diag.warn('dropped 7 spans');
    diag.warn('dropped 12 spans');
    diag.info('all is well');
    assert.deepEqual(lines.splice(0), ['traces: dropped 7 spans']);
  });

  test('is no line where it is said of every container: that its host has no id', () => {
    diag.warn('dropping invalid resource attribute value for key "host.id"');
    diag.warn('dropping invalid resource attribute value for key "service.name"');
    assert.deepEqual(lines.splice(0), ['traces: dropping invalid resource attribute value for key "service.name"']);
  });
});
