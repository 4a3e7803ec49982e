import { Wrong } from './kinds.ts';
import { exclusions, type Service, type Variable, type Variables, variables } from './variables.ts';

type Value<V> = V extends { kind: { parse: (text: string) => infer T } }
  ? V extends { default: null }
    ? T | undefined
    : T
  : never;

/** The configuration of one service: its variables by name, parsed and frozen. */
export type Config<S extends Service> = {
  readonly [Name in keyof Variables as S extends Variables[Name]['services'][number] ? Name : never]: Value<
    Variables[Name]
  >;
};

/** EX_CONFIG of sysexits.h: something in the configuration is wrong. */
export const configurationExitCode = 78;

/** Every fault of an environment at once; `message` has one line a variable and never a secret. */
export class ConfigurationError extends Error {
  readonly faults: readonly string[];

  constructor(service: Service, faults: readonly string[]) {
    super(
      `${service}: the configuration has ${faults.length === 1 ? 'a fault' : `${faults.length} faults`}:\n${faults.map((fault) => `  ${fault}\n`).join('')}docs/configuration.md lists every variable.`,
    );
    this.faults = faults;
  }
}

/**
 * Reads the variables of a service.
 * @param service whose variables
 * @param env usually process.env; an empty value counts as not given
 * @throws ConfigurationError naming every missing or wrong variable
 */
export const readConfig = <S extends Service>(service: S, env: NodeJS.ProcessEnv): Config<S> => {
  const values: Record<string, unknown> = {};
  const faults: string[] = [];
  for (const [name, variable] of Object.entries(variables) as [string, Variable][]) {
    if (!variable.services.includes(service)) continue;
    const text = env[name] || variable.default;
    if (text === undefined) faults.push(`${name} is missing: ${variable.reason}`);
    if (typeof text !== 'string') continue;
    try {
      values[name] = variable.kind.parse(text);
    } catch (error) {
      if (!(error instanceof Wrong)) throw error;
      const seen = variable.kind.secret ? '' : `, not "${text}"`;
      faults.push(`${name} must be ${error.message}${seen}`);
    }
  }
  for (const [one, other, reason] of exclusions) {
    if (variables[one].services.some((reader) => reader === service) && env[one] && env[other]) {
      faults.push(`${one} and ${other} exclude each other: ${reason}`);
    }
  }
  if (faults.length > 0) throw new ConfigurationError(service, faults);
  return Object.freeze(values) as Config<S>;
};

/**
 * The same for a process: prints the faults and ends it with exit code 78 (EX_CONFIG).
 * @param service whose variables
 */
export const readConfigOrExit = <S extends Service>(service: S): Config<S> => {
  try {
    return readConfig(service, process.env);
  } catch (error) {
    if (!(error instanceof ConfigurationError)) throw error;
    process.stderr.write(`${error.message}\n`);
    process.exit(configurationExitCode);
  }
};
