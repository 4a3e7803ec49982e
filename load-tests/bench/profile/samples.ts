/** Where a core was at one moment. */
export type Sample = {
  /** The thread's name. */
  readonly thread: string;
  readonly pid: number;
  readonly core: number;
  /** The innermost first, each the name of a function and the file it is in. Of programs without frame pointers only the first is certain; of the kernel all are. */
  readonly frames: readonly { readonly name: string; readonly file: string }[];
};

const head = /^(\S.*?)\s+(\d+)\/\d+\s+\[(\d+)\]/;
const frame = /^\s+[0-9a-f]+ (.*) \(([^()]*(?:\([^()]*\))?)\)$/;

/**
 * Reads what perf-script(1) prints with `-F comm,pid,tid,cpu,ip,sym,dso`: a line for each sample, and one for each of its frames.
 * @returns every sample, idle cores' as well
 */
export const samplesOf = (text: string): Sample[] => {
  const samples: (Sample & { readonly frames: { name: string; file: string }[] })[] = [];
  for (const line of text.split('\n')) {
    const [, thread, pid, core] = head.exec(line) ?? [];
    if (thread !== undefined) samples.push({ thread, pid: Number(pid), core: Number(core), frames: [] });
    else {
      const [, name, file] = frame.exec(line) ?? [];
      if (name !== undefined && file !== undefined) samples.at(-1)?.frames.push({ name, file });
    }
  }
  return samples;
};
