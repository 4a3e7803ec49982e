import { diag, DiagLogLevel } from '@opentelemetry/api';
import type { Log } from './tracing.ts';

export { diag } from '@opentelemetry/api';

const levels: Readonly<Record<string, DiagLogLevel>> = {
  none: DiagLogLevel.NONE,
  error: DiagLogLevel.ERROR,
  warn: DiagLogLevel.WARN,
  info: DiagLogLevel.INFO,
  debug: DiagLogLevel.DEBUG,
  verbose: DiagLogLevel.VERBOSE,
  all: DiagLogLevel.ALL,
};

/** Milliseconds in which the same thing is said once: a receiver that is away fails every batch, several a second under load. */
const quiet = 60_000;
/** Different things that are remembered as said. */
const remembered = 100;
const longest = 300;
/** No news: in a container there is no /etc/machine-id, so the host has no id. */
const known = 'dropping invalid resource attribute value for key "host.id"';

/** An error arrives as the JSON of all its parts, stack included. */
const textOf = (message: string): string => {
  try {
    const { message: own, name } = JSON.parse(message) as { message?: unknown; name?: unknown };
    return typeof own === 'string' && own !== '' ? own : String(name);
  } catch {
    return message;
  }
};

/** What OpenTelemetry's exporter says, and who says something by `diag`, goes into the log; one line a minute for each thing. */
export const logExporter = (log: Log, level: string | undefined): void => {
  const said = new Map<string, number>();
  const say =
    (write: keyof Log) =>
    (message: string): void => {
      const text = textOf(message).slice(0, longest);
      if (text === known) return;
      // How many were dropped is another number each time, and the same news.
      const news = text.replaceAll(/\d+/g, '');
      const now = performance.now();
      if (now - (said.get(news) ?? -Infinity) < quiet) return;
      if (said.size >= remembered) said.clear();
      said.set(news, now);
      log[write](`traces: ${text}`);
    };
  diag.setLogger(
    { error: say('warn'), warn: say('warn'), info: say('info'), debug: say('debug'), verbose: say('debug') },
    { logLevel: levels[level?.trim().toLowerCase() ?? ''] ?? DiagLogLevel.WARN, suppressOverrideMessage: true },
  );
};
