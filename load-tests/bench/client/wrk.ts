import { writeFileSync } from 'node:fs';
import { localFolder } from '@scale-up/infra/local/paths.ts';
import { runToEnd } from '@scale-up/infra/local/run-to-end.ts';
import { pinnedTo } from '../programs/pinned.ts';
import { tools } from '../programs/tools.ts';
import type { Answered } from './answered.ts';

/** What is asked, again and again. */
export type Asked = {
  readonly url: string;
  readonly headers?: Readonly<Record<string, string>>;
  /** Connections, each with one request at a time (64). */
  readonly connections?: number;
  /** Lua that defines `request`, where one is not like the other; made for each time it is asked. */
  readonly script?: () => string;
};

/** wrk's figures as JSON; its own are rounded, and meant for people. */
const figures = `done = function(summary, latency)
  local errors = summary.errors
  io.write(string.format('{"requests":%d,"microseconds":%d,"bad":%d,"lost":%d,"p50":%.3f,"p99":%.3f}\\n', summary.requests, summary.duration, errors.status,
    errors.connect + errors.read + errors.write + errors.timeout, latency:percentile(50) / 1000, latency:percentile(99) / 1000))
end
`;

const scriptFile = `${localFolder}bench.lua`;

/**
 * Asks as often as it is answered.
 * @throws Error when an answer was an error, or there was none: what fails fast is not fast
 */
export const wrk = async (
  { url, headers = {}, connections = 64, script }: Asked,
  seconds: number,
): Promise<Answered> => {
  writeFileSync(scriptFile, `${script?.() ?? ''}\n${figures}`, { mode: 0o600 });
  const fields = Object.entries(headers).flatMap(([name, value]) => ['-H', `${name}: ${value}`]);
  const words = ['-t', '1', '-c', String(connections), '-d', `${seconds}s`, '--timeout', '10s', '-s', scriptFile];
  const { code, output } = await runToEnd(
    pinnedTo('others', { command: tools.wrk, args: [...words, ...fields, url] }),
    { env: tools.env() },
  );
  const line = /^\{.*\}$/m.exec(output)?.[0];
  if (code !== 0 || line === undefined) throw new Error(`wrk failed at ${url}: ${output}`);
  const found = JSON.parse(line) as Record<'requests' | 'microseconds' | 'bad' | 'lost' | 'p50' | 'p99', number>;
  const { requests, microseconds, bad, lost, p50, p99 } = found;
  if (bad + lost > 0) throw new Error(`${url}: ${bad} answers were errors, ${lost} did not come`);
  return { requests, rate: requests / (microseconds / 1_000_000), p50, p99 };
};
