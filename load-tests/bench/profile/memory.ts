import type { Part } from '../pair.ts';
import { memoryPartsOf } from '../programs/process-figures.ts';

/** Where the memory of a program is, in MB. */
export type Memory = {
  /** Pages of the program and of libraries: every process of the same program has the same ones. */
  readonly files: number;
  /** What V8 has in use of its heap, by space; undefined of a program that is none of ours. */
  readonly heap?: Readonly<Record<string, number>>;
  /** The rest: what V8 holds and does not use, code, stacks, buffers, Node's and libraries' own memory. */
  readonly rest: number;
};

const megabyte = 1_048_576;

/**
 * The spaces of V8's heap, as a service tells Prometheus.
 * @param text of /metrics
 */
export const heapOf = (text: string): Record<string, number> =>
  Object.fromEntries(
    [...text.matchAll(/^v8js_memory_heap_used_bytes\{v8js_heap_space_name="(\w+)"[^}]*\} (\S+)$/gm)].map(
      ([, name = '', bytes]) => [name.replace('_space', '').replaceAll('_', ' '), Number(bytes) / megabyte],
    ),
  );

/** Looks where the memory of a program is just now. */
export const memoryOf = async ({ pid, metrics }: Part): Promise<Memory> => {
  const heap = metrics === undefined ? undefined : heapOf(await (await fetch(metrics)).text());
  const { files, own } = memoryPartsOf(pid);
  const used = Object.values(heap ?? {}).reduce((sum, value) => sum + value, 0);
  return { files, rest: own - used, ...(heap && { heap }) };
};
