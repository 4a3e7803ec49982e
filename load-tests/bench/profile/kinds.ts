import type { Sample } from './samples.ts';

const inKernel = (file: string): boolean => file.startsWith('[') && file !== '[vdso]';

/** What the kernel does, by what is called on the way there; the first that fits. */
const kernelKinds: readonly (readonly [kind: string, names: RegExp])[] = [
  ['kernel: files and disk', /^(ext4_|vfs_fsync|do_fsync|generic_perform_write|shmem_|blk_|filemap_|iomap_)/],
  ['kernel: sends', /^(sock_write_iter|do_sendfile|__sys_send\w+|ksys_write|do_writev|vfs_writev?)$/],
  ['kernel: receives', /^(sock_read_iter|__sys_recv\w+|ksys_read|do_readv|vfs_readv?)$/],
  ['kernel: waits and wakes', /^(do_epoll_\w+|__x64_sys_(epoll_\w+|poll|futex)|do_futex|do_sys_poll)$/],
  ['kernel: memory', /exc_page_fault|^(do_madvise|__vm_munmap|do_mmap|vm_mmap_pgoff)$/],
  ['kernel: network interrupts', /^(handle_softirqs|net_rx_action)$/],
];

const compiling = /v8::internal::(compiler|maglev|baseline|interpreter|parsing|Parser|Scanner|Compiler)/;

/** What a program does, by the function it is in; the first that fits. */
const programKinds: readonly (readonly [kind: string, names: RegExp])[] = [
  ['JavaScript', /^(JS|RegExp|Function|Script):|^(JS|RegExp|Eval)[:.~+*^]/],
  [
    'V8: garbage',
    /v8::internal::.*(Scaveng|Marking|MarkCompact|Sweep|Evacuat|GarbageCollect|GCTracer|Heap::|FreeList|PagedSpace|NewSpace|SemiSpace|Worklist|YoungGeneration|RecordMigratedSlot|Remembered|SlotSet|HeapVisitor|BodyDescriptor|SizeFromMap)/,
  ],
  ['V8: compiles', compiling],
  ['V8: built-in functions', /^Builtins_/],
  ['V8: the rest', /^(v8::|void v8::|non-virtual thunk to v8|virtual thunk to v8)/],
  ['Node and libuv', /node::|^uv_|^uv__|llhttp|^napi_|simdutf|simdjson|^ada::/],
  [
    'cryptography',
    /^(EVP_|sha\d|SHA\d|AES|aes|gcm|GCM|CRYPTO_|OSSL|ossl|HMAC|hmac|BN_|RAND_|rand_|ERR_|evp_|SSL_|ssl|tls|TLS|chacha|poly1305|x25519|ecp_)/,
  ],
];

const kindInKernel = (frames: Sample['frames']): string => {
  for (const [kind, names] of kernelKinds) if (frames.some(({ name }) => names.test(name))) return kind;
  return 'kernel: the rest';
};

/** What a core was doing, in a few words; undefined where it is not known. */
export const kindOf = ({ thread, frames }: Sample): string | undefined => {
  const [inner] = frames;
  if (!inner) return undefined;
  if (inKernel(inner.file)) return kindInKernel(frames);
  // The threads that V8 has for this, and for compiling.
  if (thread === 'V8Worker' && !compiling.test(inner.name)) return 'V8: garbage';
  for (const [kind, names] of programKinds) if (names.test(inner.name)) return kind;
  if (/\/(libcrypto|libssl)/.test(inner.file)) return 'cryptography';
  if (/\/(libc|libm|libstdc\+\+|libpthread|ld-linux)[.-]|\[vdso\]/.test(inner.file)) return 'C library';
  return 'the program itself';
};

/** Whose JavaScript a frame is in: a package, Node's own, or a folder of the repository; undefined where it is none. */
export const ownerOf = ({ frames }: Sample): string | undefined => {
  const name = frames[0]?.name;
  if (name === undefined || !/^JS[:~+*^]/.test(name)) return undefined;
  const dependency = /\/node_modules\/((?:@[^/\s]+\/)?[^/\s]+)/.exec(name)?.[1];
  if (dependency !== undefined) return dependency;
  const own = /\/((?:apps|libs|load-tests)\/[^/\s]+)/.exec(name)?.[1];
  return own ?? (/\snode:/.test(name) ? 'Node’s own' : 'made while it runs');
};
