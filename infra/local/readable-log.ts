type Line = {
  readonly time?: unknown;
  readonly level?: string;
  readonly msg?: string;
  readonly method?: string;
  readonly path?: string;
  readonly status?: number;
  readonly duration_ms?: number;
  readonly err?: { readonly stack?: unknown } | null;
};

const parse = (text: string): Line | undefined => {
  try {
    const value: unknown = JSON.parse(text);
    return typeof value === 'object' && value !== null ? value : undefined;
  } catch {
    return undefined;
  }
};

/**
 * A service's JSON log line for a person at a terminal: time, service, what happened, and the stack of an error.
 * @param service its name
 * @param text the line; one that is not JSON is shown as it is
 */
export const readable = (service: string, text: string): string => {
  const line = parse(text);
  const name = service.padEnd(4);
  if (!line) return `         ${name} ${text}`;
  const time = typeof line.time === 'string' ? line.time.slice(11, 19).padEnd(8) : ' '.repeat(8);
  if (line.msg === 'request') {
    return `${time} ${name} ${line.status} ${line.method} ${line.path} ${line.duration_ms} ms`;
  }
  const level = line.level === 'info' || line.level === undefined ? '' : `${line.level}: `;
  const stack = typeof line.err?.stack === 'string' ? `\n${line.err.stack.replace(/^/gm, '              ')}` : '';
  return `${time} ${name} ${level}${line.msg ?? text}${stack}`;
};
