import type { DatabaseEvent } from '@scale-up/database';
import { Counter, Histogram, type Logger, type Registry } from '@scale-up/service';

/** Logs and counts what happens between this process and the database: a listener for libs/database. */
export const reportDatabase = (logger: Logger, metrics: Registry): ((event: DatabaseEvent) => void) => {
  const events = new Counter({
    name: 'db_client_events_total',
    help: 'Connections lost, statements and transactions repeated, commits whose end was unknown, outcomes replayed, callers refused.',
    labelNames: ['event'],
    registers: [metrics],
  });
  const held = new Histogram({
    name: 'db_client_held_seconds',
    help: 'How long callers were held while the database was away or busy.',
    // A conflict passes in milliseconds, a fail-over in seconds.
    buckets: [0.025, 0.1, 0.5, 1, 2.5, 5, 10, 20, 30],
    registers: [metrics],
  });
  return (event) => {
    if (event.type === 'held') return held.observe(event.milliseconds / 1_000);
    events.inc({ event: event.type === 'refused' ? `refused-${event.reason}` : event.type });
    switch (event.type) {
      case 'away':
        return logger.warn({ err: event.error }, 'database away, requests are held');
      case 'hopeless':
        return logger.warn(
          event.reason === 'cut-off'
            ? 'the router on this server is switched off, requests are left to other servers'
            : 'too few members of the database are left for a fail-over, nobody is held',
        );
      case 'back':
        return logger.info({ after_ms: Math.round(event.after) }, 'database back');
      case 'connection-lost':
        return logger.warn({ err: event.error }, 'database connection lost');
      case 'commit-unknown':
        return logger.warn({ err: event.error }, 'a commit got no certain answer, its outcome is looked up');
      default:
        // One line a request would flood the log in the very moment when it matters; the counter tells how many.
        return undefined;
    }
  };
};
