import { parseArgs } from 'node:util';
import { messageOf } from '../local/message.ts';
import { print } from '../local/terminal.ts';
import { buildImages } from './build.ts';
import { findEngine } from './engine.ts';
import { currentRelease } from './release.ts';
import { type Service, services } from './services.ts';

const usage = `usage: npx nx image infra -- [SERVICE…] [--base IMAGE]
  SERVICE   ${services.join(', ')}; all of them when none is named (npx nx image web builds one)
  --base    the image with Node to build on; "local" is one made here of Debian's packages.
            Without it: docker.io/library/node:24-trixie-slim, and the local one where that cannot be pulled
Images are called localhost/scale-up/SERVICE:COMMIT, or COMMIT-dirty-HASH when files differ from the commit.`;

type Arguments = { readonly services: readonly Service[]; readonly base: string | undefined; readonly isHelp: boolean };

/** Reads a command line; whatever is wrong with it is said in a sentence. */
export const imageArguments = (words: readonly string[]): Arguments => {
  const { values, positionals } = parsed(words);
  const wrong = positionals.find((name) => !services.includes(name as Service));
  if (wrong !== undefined) throw new Error(`There is no image of "${wrong}", only of ${services.join(', ')}.`);
  return {
    services: positionals.length > 0 ? services.filter((name) => positionals.includes(name)) : services,
    base: values.base,
    isHelp: values.help,
  };
};

const parsed = (words: readonly string[]) => {
  try {
    return parseArgs({
      args: [...words],
      allowPositionals: true,
      options: { base: { type: 'string' }, help: { type: 'boolean', short: 'h', default: false } },
    });
  } catch (error) {
    throw new Error(`${(error as Error).message.split('. ')[0]}.\n${usage}`, { cause: error });
  }
};

const main = async (): Promise<void> => {
  const wanted = imageArguments(process.argv.slice(2));
  if (wanted.isHelp) return print(usage);
  const engine = await findEngine(print);
  const started = performance.now();
  const built = await buildImages(engine, wanted.services, currentRelease(), wanted.base, print);
  for (const { name, id, bytes } of built) print(`${name}  ${id.slice(0, 12)}  ${Math.round(bytes / 1_000_000)} MB`);
  print(`built in ${((performance.now() - started) / 1_000).toFixed(0)} s with ${engine.name}`);
};

if (import.meta.main) {
  try {
    await main();
  } catch (error) {
    process.stderr.write(`${messageOf(error)}\n`);
    process.exitCode = 1;
  }
}
