import { fileURLToPath } from 'node:url';
import { spawnService } from '@scale-up/testing';

// Every module of OpenTelemetry that is asked for is told on standard error.
const watching = `data:text/javascript,import { registerHooks } from 'node:module';
registerHooks({ resolve(name, context, next) {
  if (name.startsWith('@opentelemetry/')) process.stderr.write('LOADED ' + name + '\\n');
  return next(name, context);
} });`;

export type Said = {
  readonly traceId: string;
  readonly spanId: string;
  readonly flags: string;
  readonly isOn: boolean;
};

/** Runs program.ts to its end. */
export const runProgram = async (env: NodeJS.ProcessEnv) => {
  const entry = fileURLToPath(new URL('program.ts', import.meta.url));
  const program = spawnService({ entry, env, args: ['--import', watching] });
  const { code } = await program.exited;
  const lines = program.logs();
  return {
    code,
    stderr: program.stderr(),
    said: lines.at(-1) as unknown as Said,
    logged: lines.slice(0, -1).map(({ level, message }) => `${level}: ${String(message)}`),
    modules: [...program.stderr().matchAll(/^LOADED (\S+)$/gm)].map(([, name]) => name),
  };
};
