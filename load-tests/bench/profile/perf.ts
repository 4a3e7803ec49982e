import { mkdtempSync, readdirSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { runToEnd } from '@scale-up/infra/local/run-to-end.ts';
import { ToolsMissing } from '../programs/tools.ts';
import { type Sample, samplesOf } from './samples.ts';

/** Looks at each core so often in a second: a prime, so that what happens every millisecond is not seen always, or never. */
export const frequency = 997;

/** Has Node write down the names of what it compiles, in /tmp/perf-PID.map, where perf looks for them. */
export const namesOption = '--perf-basic-prof';

const perf = async (...args: string[]): Promise<string> => {
  const { code, output } = await runToEnd({ command: 'perf', args }, {});
  if (code !== 0) throw new Error(`perf ${args.join(' ')}: ${output.slice(-500)}`);
  return output;
};

/** @throws ToolsMissing where there is no perf, or it may not look at the kernel */
export const demandPerf = async (): Promise<void> => {
  if (process.getuid?.() !== 0) throw new ToolsMissing('A profile looks into the kernel as well: run it as root.');
  try {
    await perf('--version');
  } catch (error) {
    throw new ToolsMissing('A profile is made by perf, which is missing: apt-get install linux-perf', { cause: error });
  }
};

/** What processes have written down for perf, in /tmp. */
export const writtenNames = (): string[] => readdirSync('/tmp').filter((name) => /^perf-\d+\.map$/.test(name));

/** Removes what was written down since; what was there before is somebody else's. */
export const forgetNames = (before: readonly string[]): void => {
  for (const name of writtenNames()) if (!before.includes(name)) rmSync(`/tmp/${name}`);
};

/** Looks at all cores for some seconds. */
export const recorded = async (seconds: number): Promise<Sample[]> => {
  const folder = mkdtempSync(join(tmpdir(), 'scale-up-profile-'));
  const file = join(folder, 'perf.data');
  try {
    const how = ['-q', '-a', '-e', 'cpu-clock', '-F', String(frequency), '-g', '-o', file];
    await perf('record', ...how, 'sleep', String(seconds));
    return samplesOf(await perf('script', '-i', file, '-F', 'comm,pid,tid,cpu,ip,sym,dso'));
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
};
