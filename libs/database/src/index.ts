export { type Database, type DatabaseOptions, openDatabase, type Queries, type Value } from './database.ts';
export { isUnavailable, isUnstorableText, violatedConstraint } from './errors.ts';
export { type Statement, statement } from './statement.ts';
