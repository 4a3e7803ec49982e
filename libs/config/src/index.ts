export { type Config, ConfigurationError, configurationExitCode, readConfig, readConfigOrExit } from './config.ts';
export { type Endpoint } from './kinds.ts';
export { Secret } from './secret.ts';
export { type Service, type Variable, variables } from './variables.ts';
