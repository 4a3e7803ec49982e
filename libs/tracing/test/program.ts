import { setImmediate } from 'node:timers/promises';
import { startTracing } from '../src/index.ts';

/** A process that records one request and ends; says what became of it, and which modules of OpenTelemetry it has loaded. */
const say = (level: string) => (message: string) =>
  void process.stdout.write(`${JSON.stringify({ level, message })}\n`);
const log = { debug: say('debug'), info: say('info'), warn: say('warn'), error: say('error') };

const tracing = await startTracing({ name: 'trial', release: 'r1' }, log);
const { trace, span } = tracing.begin(process.env['TRACEPARENT'], 'GET /things');
span?.set({ place: 'here' });
const part = span?.child('part', 'internal');
part?.event('something', { nothing: undefined });
part?.end();
await span?.run(async () => {
  await setImmediate();
  tracing.current()?.child('within', 'client').end();
});
span?.end();
await tracing.close();
process.stdout.write(`${JSON.stringify({ ...trace, isOn: tracing.isOn })}\n`);
process.exit();
