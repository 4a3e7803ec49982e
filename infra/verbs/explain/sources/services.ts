import { lasting } from '../period.ts';
import type { Rule, Said, Source } from './rules.ts';

/** A line of web or app (libs/service): what is used of it. */
export type ServiceLine = {
  readonly time?: string;
  readonly level?: string;
  readonly service?: string;
  readonly release?: string;
  readonly msg?: string;
  readonly request_id?: string;
  readonly trace_id?: string;
  readonly method?: string;
  readonly path?: string;
  readonly status?: number;
  readonly duration_ms?: number;
  readonly client?: string;
  readonly held_ms?: number;
  readonly failed_tries?: number;
  readonly replayed?: boolean;
  readonly after_ms?: number;
  readonly signal?: string;
  readonly limit_ms?: number;
  readonly reason?: string;
  readonly err?: { readonly message?: string };
};

/** A JSON line; undefined where the text is none. */
export const jsonOf = (text: string): object | undefined => {
  if (!text.startsWith('{')) return undefined;
  try {
    return JSON.parse(text) as object;
  } catch {
    return undefined;
  }
};

/** `app 1` of `app@1.service`. */
export const instanceName = (unit: string): string => unit.replace(/^(web|app)@(\d+)\.service$/, '$1 $2');

const because = ({ err, reason }: ServiceLine): string => {
  const why = err?.message ?? reason;
  return why === undefined ? '' : `: ${why}`;
};

type Say = (line: ServiceLine, at: { readonly who: string; readonly server: string }) => Said;

const sentences: Readonly<Record<string, Say>> = {
  ready: ({ release }) => `is ready, release ${release}`,
  draining: ({ signal }, { who, server }) => ({
    what: `drains (${signal}): takes nothing new, finishes what it has`,
    fact: { type: 'drained', what: who, server },
  }),
  drained: () => 'has drained and ends',
  'database away, requests are held': (line, { who }) => ({
    what: `finds the database away and holds requests${because(line)}`,
    fact: { type: 'database-away', app: who },
  }),
  'database back': ({ after_ms: after = 0 }) => `finds the database back after ${lasting(after)}`,
};

/** At info there is a line for each request, and little else that matters. */
const isWorthSaying = ({ level, msg, request_id: request }: ServiceLine): boolean =>
  (level !== 'info' || request !== undefined || msg === 'cache connected') && msg !== 'request';

const ofMessage: Rule = [
  /^\{"level":"/,
  (_match, { text, unit, server }) => {
    const line: ServiceLine | undefined = jsonOf(text);
    if (!line?.msg) return undefined;
    const said = sentences[line.msg];
    if (said) return said(line, { who: instanceName(unit), server });
    return isWorthSaying(line) ? `${line.msg}${because(line)}` : undefined;
  },
];

/** Of web and app: what they find, and when they begin and end. Their requests are read by request.ts. */
export const services: Source = {
  isOf: ({ unit, identifier }) => /^(?:web|app)@\d+\.service$/.test(unit) && identifier !== 'systemd',
  who: ({ unit }) => instanceName(unit),
  rules: [ofMessage],
};
