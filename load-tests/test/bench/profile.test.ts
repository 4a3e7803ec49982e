import assert from 'node:assert/strict';
import { test } from 'node:test';
import { kindOf, ownerOf } from '../../bench/profile/kinds.ts';
import { heapOf } from '../../bench/profile/memory.ts';
import { samplesOf } from '../../bench/profile/samples.ts';

/** As perf-script(1) printed it. */
const printed = `MainThread  1234/1234  [000] 
	ffffffff82026084 tcp_options_write.isra.0 ([kernel.kallsyms])
	ffffffff8202afa5 __tcp_push_pending_frames ([kernel.kallsyms])
	ffffffff816ba08d vfs_writev ([kernel.kallsyms])
	ffffffff81000130 entry_SYSCALL_64_after_hwframe ([kernel.kallsyms])
	    7f3dd9f1a04f writev (/usr/lib/x86_64-linux-gnu/libc.so.6)

MainThread  1234/1234  [000] 
	          a81e20 v8::internal::Scavenger::ScavengeObject<v8::internal::FullHeapObjectSlot>(v8::internal::FullHeapObjectSlot) (/opt/node/bin/node)

V8Worker  1234/1240  [000] 
	          b8d4c1 v8::internal::FreeListManyCached::Allocate(unsigned long) (/opt/node/bin/node)

MainThread  1234/1234  [000] 
	    7f3d10f1a04f JS:*parse /srv/node_modules/pg-protocol/dist/parser.js:26:10 (/tmp/perf-1234.map)
	          b8d4c1 Builtins_AsyncFunctionEnter (/opt/node/bin/node)

postgres: user db  77/77  [001] 
	ffffffff816ba08d ext4_sync_file ([kernel.kallsyms])
	ffffffff816ba08d __x64_sys_fdatasync ([kernel.kallsyms])

postgres: user db  77/77  [001] 
	          b8d4c1 hash_search_with_hash_value (/opt/postgres/bin/postgres)

swapper     0/0     [001] 
	ffffffff821f4dab pv_native_safe_halt ([kernel.kallsyms])

gone  80/80  [001] 
`;

test('what perf prints is read, thread by thread and core by core, also where a thread has a space in its name', () => {
  const samples = samplesOf(printed);
  assert.deepEqual(
    samples.map(({ thread, pid, core, frames }) => [thread, pid, core, frames.length]),
    [
      ['MainThread', 1234, 0, 5],
      ['MainThread', 1234, 0, 1],
      ['V8Worker', 1234, 0, 1],
      ['MainThread', 1234, 0, 2],
      ['postgres: user db', 77, 1, 2],
      ['postgres: user db', 77, 1, 1],
      ['swapper', 0, 1, 1],
      ['gone', 80, 1, 0],
    ],
  );
  assert.deepEqual(samples[1]?.frames[0], {
    name: 'v8::internal::Scavenger::ScavengeObject<v8::internal::FullHeapObjectSlot>(v8::internal::FullHeapObjectSlot)',
    file: '/opt/node/bin/node',
  });
});

test('time is told apart by what is done: the kernel’s by how it was called, a program’s by the function it is in', () => {
  assert.deepEqual(samplesOf(printed).map(kindOf), [
    'kernel: sends',
    'V8: garbage',
    'V8: garbage',
    'JavaScript',
    'kernel: files and disk',
    'the program itself',
    'kernel: the rest',
    undefined,
  ]);
});

test('JavaScript is told apart by whose it is', () => {
  const names = [
    "JS:*'parse /srv/node_modules/pg-protocol/dist/parser.js:26:10",
    'JS:+send /srv/node_modules/@fastify/static/index.js:1:1',
    "JS:*'transact file:///srv/libs/database/src/transact.js:62:25",
    'JS:~emit node:events:489:3',
    "JS:*'anonymous2 :219:27",
    'Builtins_AsyncFunctionEnter',
  ];
  const owners = names.map((name) => ownerOf({ thread: '', pid: 1, core: 0, frames: [{ name, file: '' }] }));
  assert.deepEqual(owners, [
    'pg-protocol',
    '@fastify/static',
    'libs/database',
    'Node’s own',
    'made while it runs',
    undefined,
  ]);
});

test('what V8 has in use is read from what a service tells Prometheus, in MB', () => {
  const text = `# TYPE v8js_memory_heap_used_bytes gauge
v8js_memory_heap_used_bytes{v8js_heap_space_name="new_space",service="web"} 2097152
v8js_memory_heap_used_bytes{v8js_heap_space_name="code_large_object_space",service="web"} 1.048576e+06
v8js_memory_heap_limit_bytes 4345298944
`;
  assert.deepEqual(heapOf(text), { new: 2, 'code large object': 1 });
});
