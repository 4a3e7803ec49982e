import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { isBuiltin } from 'node:module';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { test } from 'node:test';
import { importsOf, packageOf } from '../checks/imports.ts';
import { type Project, projects, repositoryFiles } from '../checks/projects.ts';
import { root } from '../local/paths.ts';

const all = projects();
const sources = repositoryFiles().filter((file) => /\.(ts|tsx|mjs)$/.test(file) && !file.endsWith('.d.ts'));

type Import = { readonly file: string; readonly project: Project; readonly specifier: string };

const imports: Import[] = all.flatMap((project) =>
  sources
    .filter((file) => file.startsWith(project.folder))
    .flatMap((file) => importsOf(file).map((specifier) => ({ file, project, specifier }))),
);
/** Modules that the program brings which runs a file. */
const isOfK6 = ({ file, specifier }: Pick<Import, 'file' | 'specifier'>): boolean =>
  file.startsWith('load-tests/scenarios/') && /^k6(\/|$)/.test(specifier);
const isBare = ({ file, specifier }: Import): boolean =>
  !/^[./]|^(node|virtual):/.test(specifier) && !isBuiltin(specifier) && !isOfK6({ file, specifier });

/** What may be imported there: tests and build files also know the development dependencies. */
const declaredFor = ({ file, project }: Import): string[] => {
  const { dependencies, devDependencies, optionalDependencies, name } = project.manifest;
  const isShipped = file.startsWith(`${project.folder}src/`) && project.manifest.name !== '@scale-up/site';
  return [name, ...Object.keys({ ...dependencies, ...optionalDependencies, ...(!isShipped && devDependencies) })];
};

const list = (found: readonly Import[]): string[] => found.map(({ file, specifier }) => `${file} imports ${specifier}`);

test('the check sees the imports it judges', () => {
  assert.ok(imports.length > 200, `only ${imports.length} imports found`);
});

test('a project imports only what its package.json declares', () => {
  const faults = imports.filter((found) => isBare(found) && !declaredFor(found).includes(packageOf(found.specifier)));
  assert.deepEqual(list(faults), []);
});

test('a project declares nothing that it does not use', () => {
  const faults = all.flatMap(({ folder, manifest }) => {
    const used = new Set(
      imports.filter((found) => found.project.folder === folder).map((found) => packageOf(found.specifier)),
    );
    const isStylesheet = (name: string): boolean => name.startsWith('@fontsource');
    // Vite is run by its scripts, types are used by the compiler.
    const isTool = (name: string): boolean =>
      name.startsWith('@types/') || (name === 'vite' && folder === 'apps/site/');
    return Object.keys({ ...manifest.dependencies, ...manifest.devDependencies })
      .filter((name) => !used.has(name) && !isStylesheet(name) && !isTool(name))
      .map((name) => `${folder} does not use ${name}`);
  });
  assert.deepEqual(faults, []);
});

test('nothing imports an app', () => {
  const names = all.filter(({ folder }) => folder.startsWith('apps/')).map(({ manifest }) => manifest.name);
  const apps = new Set(names);
  const faults = imports.filter(({ specifier, project }) => {
    const name = packageOf(specifier);
    return apps.has(name) && name !== project.manifest.name;
  });
  assert.deepEqual(list(faults), []);
});

test('a relative import stays inside its project', () => {
  const faults = imports.filter(({ file, project, specifier }) => {
    if (!specifier.startsWith('.')) return false;
    return !join(file, '..', specifier).startsWith(project.folder);
  });
  assert.deepEqual(list(faults), []);
});

test('only libs/database knows pg, only libs/cache knows ioredis and only libs/tracing knows OpenTelemetry', () => {
  const owners: Record<string, string> = { pg: 'libs/database/', ioredis: 'libs/cache/' };
  const ownerOf = (name: string): string | undefined =>
    name.startsWith('@opentelemetry/') ? 'libs/tracing/' : owners[name];
  // What the bench compares with is somebody else's way.
  const isPeer = (file: string): boolean => file.startsWith('load-tests/bench/peers/');
  const faults = imports.filter(({ file, project, specifier }) => {
    const owner = ownerOf(packageOf(specifier));
    return owner !== undefined && owner !== project.folder && !isPeer(file);
  });
  assert.deepEqual(list(faults), []);
});

test('nx graph shows exactly the arrows that the package.json files declare', () => {
  const folder = mkdtempSync(join(tmpdir(), 'scale-up-graph-'));
  try {
    const file = join(folder, 'graph.json');
    const env = { ...process.env, NX_DAEMON: 'false' };
    execFileSync(process.execPath, [`${root}node_modules/.bin/nx`, 'graph', `--file=${file}`], {
      cwd: root,
      env,
      stdio: 'pipe',
    });
    const { graph } = JSON.parse(readFileSync(file, 'utf8')) as {
      graph: { dependencies: Record<string, { source: string; target: string }[]> };
    };
    const shown = Object.values(graph.dependencies)
      .flat()
      .filter(({ target }) => !target.startsWith('npm:'))
      .map(({ source, target }) => `${source} → ${target}`);
    assert.deepEqual([...new Set(shown)].toSorted(), declaredArrows().toSorted());
  } finally {
    rmSync(folder, { recursive: true });
  }
});

const declaredArrows = (): string[] => {
  const names = new Map(all.map(({ manifest }) => [manifest.name, manifest.nx?.name]));
  return all.flatMap(({ manifest }) => {
    const source = manifest.nx?.name;
    const declared = Object.keys({ ...manifest.dependencies, ...manifest.devDependencies }).flatMap(
      (name) => names.get(name) ?? [],
    );
    return [...new Set([...declared, ...(manifest.nx?.implicitDependencies ?? [])])].map(
      (target) => `${source} → ${target}`,
    );
  });
};
