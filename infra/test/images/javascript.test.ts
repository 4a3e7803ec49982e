import assert from 'node:assert/strict';
import { execFile } from 'node:child_process';
import { mkdirSync, mkdtempSync, readdirSync, rmSync } from 'node:fs';
import { after, before, suite, test } from 'node:test';
import { javascriptOf, manifestOf } from '../../images/javascript.ts';
import { type Service, services } from '../../images/services.ts';
import { stageSources } from '../../images/staging.ts';
import { localFolder } from '../../local/paths.ts';

suite('a TypeScript file in an image', () => {
  test('has blanks where its types were, so that a line of a stack is the line in the repository', () => {
    const source =
      'type Word = string;\nconst words: readonly Word[] = [];\nthrow new Error(String(words as unknown));\n';
    const made = javascriptOf(source);
    assert.equal(made.length, source.length);
    assert.equal(made.split('\n')[1], 'const words                  = [];');
    assert.doesNotMatch(made, /Word/);
  });

  test('names the files beside it as they are there, however they are imported, and nothing else', () => {
    const lines = [
      ["import { a } from './a.ts';", "import { a } from './a.js';"],
      ["import './b.ts';", "import './b.js';"],
      ['export * from "../c/d.ts";', 'export * from "../c/d.js";'],
      ["} from './e.ts';", "} from './e.js';"],
      ["await import('./f.ts');", "await import('./f.js');"],
      ["import g from 'g.ts';", "import g from 'g.ts';"],
      ["say('written from ./h.ts');", "say('written from ./h.ts');"],
    ] as const;
    for (const [source, made] of lines) {
      const whole = (line: string): string => (line.startsWith('}') ? `import { e ${line}` : line);
      assert.equal(javascriptOf(`${whole(source)}\nvoid 0;\n`), `${whole(made)}\nvoid 0;\n`);
    }
  });

  test('is the entry that its package names', () => {
    const manifest = '{ "exports": { ".": "./src/index.ts", "./outcomes.sql": "./outcomes.sql" }, "version": "1" }';
    assert.equal(manifestOf(manifest), manifest.replace('index.ts', 'index.js'));
  });
});

suite('what is staged for an image', () => {
  const folders = new Map<Service, string>();
  before(() => {
    mkdirSync(localFolder, { recursive: true });
    for (const service of services) {
      const folder = mkdtempSync(`${localFolder}staged-`);
      folders.set(service, folder);
      stageSources(service, folder);
    }
  });
  after(() => folders.forEach((folder) => rmSync(folder, { recursive: true })));

  for (const service of services) {
    test(`${service} has no TypeScript, and starts: it reads its configuration, and says what is wrong with it`, async () => {
      const folder = folders.get(service) ?? '';
      const files = readdirSync(folder, { recursive: true, encoding: 'utf8' });
      assert.deepEqual(
        files.filter((file) => file.endsWith('.ts')),
        [],
      );
      const entry = `${folder}/apps/${service}/src/${service === 'db-migrator' ? 'main' : 'server'}.js`;
      const program = execFile(process.execPath, [entry, 'up'], { env: { LOG_LEVEL: 'loud' } });
      let said = '';
      program.stderr?.on('data', (text: string) => (said += text));
      program.stdout?.on('data', (text: string) => (said += text));
      const code = await new Promise((resolve) => program.once('close', resolve));
      assert.match(said, /LOG_LEVEL must be/);
      assert.equal(code, 78);
    });
  }
});
