/**
 * Limits and timeouts of every HTTP server of this project, in one place. The chain is consistent: whoever is nearer to the
 * client waits longer than whoever is behind it, so that the hop that knows most gives the answer.
 */
export const limits = {
  /** Bytes of a request body. The largest field of the contract is 200,000 characters; four bytes each and JSON around it fit. */
  body: 1_048_576,
  /** Bytes of request line and headers, Node's own default; HAProxy's buffer (16 KiB) is the same. */
  headers: 16_384,
  /** Characters of one path parameter: the contract's longest (400), each percent-encoded in at most 12 bytes. */
  pathParameter: 4_800,
  /** Milliseconds for all headers to arrive: a slow-loris client holds a connection no longer. */
  headersTimeout: 10_000,
  /** Milliseconds for a whole request to arrive: 1 MiB at 280 kbit/s. */
  requestTimeout: 30_000,
  /** Milliseconds an idle kept-alive connection stays open: longer than any client of this server keeps it, so that the client closes first. */
  keepAlive: 65_000,
  /**
   * Milliseconds from a request's arrival during which web tries again while app is away: a restart takes 1 s, a server's loss is noticed
   * within 25 s. As long as app itself holds a request, and shorter than the site's patience (45 s).
   */
  hold: 30_000,
  /**
   * Bytes of a request body that web keeps, so that it can be sent again: above every write of the contract but the longest articles.
   * HAProxy repeats what fits into tune.bufsize, which it allocates twice a connection, so a larger one would be dear there.
   */
  keptBody: 65_536,
  /** Requests that one web process holds at once: 25 s of 200 a second. So many, small ones, took a process from 120 to 400 MB. */
  heldRequests: 5_000,
  /** Bytes of their bodies: 13 kB each when all places are taken, where an article takes 5 kB and an order 1 kB. */
  heldBytes: 67_108_864,
  /** Milliseconds web waits for app's answer to begin, however many tries it took: past app's hold limit (30 s), so that app's own 503 arrives. */
  upstreamAnswer: 35_000,
  /** Milliseconds web waits for a connection to app: on the same server or network it takes under 1 ms. */
  upstreamConnect: 250,
} as const;
