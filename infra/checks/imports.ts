import { readFileSync } from 'node:fs';
import { parseSync } from 'vite';
import { root } from '../local/paths.ts';

/** The module names that a source file imports or resolves, types included; only where the name is a plain string. */
export const importsOf = (file: string): string[] => {
  const source = readFileSync(`${root}${file}`, 'utf8');
  const { module } = parseSync(file, source, {});
  const fromExports = module.staticExports.flatMap(({ entries }) => entries.map((entry) => entry.moduleRequest?.value));
  const dynamic = module.dynamicImports.map(
    ({ moduleRequest }) => /^(['"])(.*)\1$/.exec(source.slice(moduleRequest.start, moduleRequest.end))?.[2],
  );
  const resolved = [...source.matchAll(/\bresolve\(\s*(['"])(@?[\w-]+\/[\w./-]+)\1/g)].map((match) => match[2]);
  const all = [
    ...module.staticImports.map(({ moduleRequest }) => moduleRequest.value),
    ...fromExports,
    ...dynamic,
    ...resolved,
  ];
  return [...new Set(all.filter((name) => name !== undefined))];
};

/** `@scale-up/infra/local/ports.ts` belongs to the package `@scale-up/infra`. */
export const packageOf = (specifier: string): string =>
  specifier
    .split('/')
    .slice(0, specifier.startsWith('@') ? 2 : 1)
    .join('/');
