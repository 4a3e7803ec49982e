import { ApiProblem } from '../api/problem.ts';
import { sentence, sentences } from '../components/messages.ts';

/** Why an order was refused: what is about a product, and the rest. */
export type Refusal = {
  readonly byProduct: Readonly<Record<string, readonly string[]>>;
  readonly others: readonly string[];
};

type Lines = readonly { readonly product: string }[];

/** What an answer, or its absence, says about an order. */
export type Verdict =
  /** Of an answer that can no longer be read only this is known. */
  | { readonly kind: 'placed'; readonly id: string | undefined }
  | { readonly kind: 'refused'; readonly refusal: Refusal }
  /** It may have been placed or not; the same key will tell. */
  | { readonly kind: 'unknown'; readonly retryAfter: number };

// A refused token says nothing about an earlier attempt's answer, which may have been lost; nor do the others.
const undecided = new Set([401, 408, 425, 429]);

const usedFor = /\bused for order (?<id>[0-9a-f-]{36})$/i;

/** The order of a key whose answer the server has forgotten; undefined when the key names none. */
const earlierOrder = ({ errors }: ApiProblem): Verdict | undefined => {
  const [message] = errors['idempotency-key'] ?? [];
  return message === undefined ? undefined : { kind: 'placed', id: usedFor.exec(message)?.groups?.['id'] };
};

/** The server's messages, told by product: it numbers the lines. */
const refusalOf = ({ message, errors }: ApiProblem, lines: Lines): Refusal => {
  const byProduct: Record<string, string[]> = {};
  const others: Record<string, readonly string[]> = {};
  for (const [field, messages] of Object.entries(errors)) {
    const [, number = '', part = ''] = /^lines\.(\d+)\.(\w+)$/.exec(field) ?? [];
    const product = lines[Number(number)]?.product;
    if (number === '' || product === undefined) others[field] = messages;
    else (byProduct[product] ??= []).push(...messages.map((each) => sentence(part, each)));
  }
  const isExplained = Object.keys(errors).length > 0;
  return { byProduct, others: isExplained ? sentences(others) : [message] };
};

export const verdictOn = (error: unknown, lines: Lines): Verdict => {
  if (!(error instanceof ApiProblem)) return { kind: 'unknown', retryAfter: 0 };
  const { status, code, retryAfter = 0 } = error;
  const isUndecided = status >= 500 || undecided.has(status) || code === 'write-under-way';
  if (isUndecided) return { kind: 'unknown', retryAfter };
  const earlier = status === 409 ? earlierOrder(error) : undefined;
  return earlier ?? { kind: 'refused', refusal: refusalOf(error, lines) };
};
