export type { Role } from './addresses.ts';
export { type Database, type DatabaseOptions, openDatabase } from './database.ts';
export {
  isUnavailable,
  isUnstorableText,
  KeyReused,
  OutcomeUnknown,
  type Refusal,
  Unavailable,
  violatedConstraint,
  WriteUnderWay,
} from './errors.ts';
export type { DatabaseEvent } from './events.ts';
export type { Caller, HoldLimits } from './holding.ts';
export type { Failure, Hold, Observer } from './observer.ts';
export type { Look, Outcome, OutcomeKey, Write } from './outcomes.ts';
export type { Queries, Value } from './queries.ts';
export { type Statement, statement } from './statement.ts';
