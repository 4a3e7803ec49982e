import { fileURLToPath } from 'node:url';
import { clusterStream, limits, operations } from '@scale-up/contract';
import type { Plugin } from 'vite';

const id = 'virtual:contract';
const resolved = `\0${id}`;
const callModule = fileURLToPath(new URL('call.ts', import.meta.resolve('@scale-up/contract')));

/** What the browser needs of the contract: methods, paths and limits as plain data. TypeBox and the schemas stay here. */
export const contractModule = (): Plugin => ({
  name: 'scale-up:contract',
  resolveId: (source) => (source === id ? resolved : undefined),
  load: (source) => {
    if (source !== resolved) return undefined;
    const calls = Object.entries(operations).map(([name, { method, path }]) => [name, { method, path }]);
    return [
      `export const operations = ${JSON.stringify(Object.fromEntries(calls))};`,
      `export const limits = ${JSON.stringify(limits)};`,
      `export const clusterStream = ${JSON.stringify(clusterStream)};`,
      `export { pathOf } from ${JSON.stringify(callModule)};`,
    ].join('\n');
  },
});
