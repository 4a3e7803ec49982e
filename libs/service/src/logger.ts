import { type Logger, pino, stdTimeFunctions } from 'pino';

export type { Logger } from 'pino';

/**
 * A process' logger: JSON lines on standard output.
 * @param service the process' name
 * @param config its level and release
 */
export const createLogger = (service: string, config: { LOG_LEVEL: string; RELEASE: string }): Logger =>
  pino({
    level: config.LOG_LEVEL,
    base: { service, release: config.RELEASE, pid: process.pid },
    timestamp: stdTimeFunctions.isoTime,
    formatters: { level: (level) => ({ level }) },
    // Nothing logs headers on purpose; this is the net below it.
    redact: {
      paths: ['*.headers.authorization', 'headers.authorization', '*.password', '*.token'],
      censor: '[secret]',
    },
  });
