import { type FieldErrors, Problem } from '@scale-up/service';
import { Ajv, type ErrorObject } from 'ajv';
import formats from 'ajv-formats';
import type { FastifySchemaCompiler } from 'fastify';

const common = { allErrors: true, useDefaults: true, verbose: true, allowUnionTypes: true } as const;

// Bodies say what they mean; path and query are text and have to be read as numbers first.
const bodies = new Ajv({ ...common, coerceTypes: false });
const texts = new Ajv({ ...common, coerceTypes: true });
for (const ajv of [bodies, texts]) formats.default(ajv);

/** Fastify's validator compiler: strict on types in bodies, reads numbers from text elsewhere. */
export const compileValidator: FastifySchemaCompiler<object> = ({ schema, httpPart }) =>
  (httpPart === 'body' ? bodies : texts).compile(schema);

/**
 * What a validation found, as the problem that answers it.
 * @param errors of Ajv
 * @param part where: a path that names nothing is 404, everything else 422
 */
export const validationProblem = (errors: readonly ErrorObject[], part: string | undefined): Problem => {
  if (part === 'params') return new Problem('not-found');
  const fields: Record<string, string[]> = {};
  for (const error of errors) {
    const field = fieldOf(error);
    const messages = (fields[field] ??= []);
    const message = messageOf(error);
    if (!messages.includes(message)) messages.push(message);
  }
  return new Problem('validation-failed', withoutRepetition(fields));
};

const blank = "can't be blank";

/** A blank field breaks several rules at once; the first reason says it all. */
const withoutRepetition = (fields: Record<string, string[]>): FieldErrors =>
  Object.fromEntries(
    Object.entries(fields).map(([field, messages]) => [field, messages.includes(blank) ? [blank] : messages]),
  );

/** `/article/tagList/0` is the field `tagList.0`: the wrapping object is not part of a field's name. */
const fieldOf = ({ keyword, instancePath, params, parentSchema }: ErrorObject): string => {
  const path = instancePath.split('/').slice(1);
  if (keyword === 'required') path.push(String(params['missingProperty']));
  if (path.length === 0) return wrapperOf(parentSchema) ?? 'body';
  return path.length === 1 ? (path[0] ?? 'body') : path.slice(1).join('.');
};

const wrapperOf = (schema: ErrorObject['parentSchema']): string | undefined => {
  const required: unknown = schema?.['required'];
  return Array.isArray(required) && typeof required[0] === 'string' ? required[0] : undefined;
};

const messageOf = ({ keyword, params, data }: ErrorObject): string => {
  if (data === null || keyword === 'required') return blank;
  if (typeof data === 'string' && data.trim() === '' && keyword !== 'type') return blank;
  const limit = String(params['limit']);
  switch (keyword) {
    case 'type':
      return `must be ${params['type'] === 'integer' ? 'a whole number' : `of type ${String(params['type'])}`}`;
    case 'minLength':
      return `is too short (minimum is ${limit} characters)`;
    case 'maxLength':
      return `is too long (maximum is ${limit} characters)`;
    case 'maxItems':
      return `has too many entries (maximum is ${limit})`;
    case 'minItems':
      return `has too few entries (minimum is ${limit})`;
    case 'minimum':
      return `must be ${limit} or more`;
    case 'maximum':
      return `must be ${limit} or less`;
    default:
      return 'is invalid';
  }
};
