export { type Config, ConfigurationError, configurationExitCode, readConfig, readConfigOrExit } from './config.ts';
export { type Endpoint } from './kinds.ts';
export type { ClusterMap, MappedPart } from './cluster-map.ts';
export { Secret } from './secret.ts';
export { type Service, type Variable, variables } from './variables.ts';
