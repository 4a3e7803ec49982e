// Makes the package as it is published, in dist or the folder that is named: JavaScript, types, and a package.json that points at them.
// npm has no other exports for a package that is packed than for the one in the workspace, where services run the sources as they are.
import { execFileSync } from 'node:child_process';
import { cpSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { fileURLToPath } from 'node:url';

const here = fileURLToPath(new URL('.', import.meta.url));
const root = join(here, '../..');
const target = resolve(process.argv[2] ?? join(here, 'dist'));

rmSync(target, { recursive: true, force: true });
execFileSync(
  join(root, 'node_modules/.bin/tsc'),
  ['-p', join(here, 'tsconfig.build.json'), '--outDir', join(target, 'lib')],
  {
    stdio: 'inherit',
  },
);
for (const name of ['README.md', 'outcomes.sql', 'example'])
  cpSync(join(here, name), join(target, name), { recursive: true });
cpSync(join(root, 'LICENSE'), join(target, 'LICENSE'));

const {
  scripts: _,
  nx: __,
  exports,
  dependencies,
  devDependencies,
  ...manifest
} = JSON.parse(readFileSync(join(here, 'package.json'), 'utf8'));
const range = (version) => `^${version}`;
const packed = {
  ...manifest,
  exports: { ...exports, '.': { types: './lib/index.d.ts', default: './lib/index.js' } },
  dependencies: {
    pg: range(dependencies.pg),
    // The declarations name its types.
    '@types/pg': range(devDependencies['@types/pg']),
  },
};
writeFileSync(join(target, 'package.json'), `${JSON.stringify(packed, undefined, 2)}\n`);
