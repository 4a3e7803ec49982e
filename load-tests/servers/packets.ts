import type { ServersSite } from './servers-site.ts';

/** A table of each server's own, before its firewall. */
const table = 'inet scale_up_packets';

/**
 * Does something while some packets that come to the servers are lost.
 * @param which an expression of nftables, as "ip protocol vrrp", or "numgen random mod 100 < 5"
 */
export const whileLosing = async <Result>(
  site: ServersSite,
  which: string,
  work: () => Promise<Result>,
): Promise<Result> => {
  const rules = `add table ${table}
add chain ${table} in { type filter hook input priority -300; policy accept; }
add rule ${table} in iifname "${site.inventory.vip.interface}" ${which} drop`;
  const { names } = site.servers;
  const undo = site.undoable(() =>
    // A packet of the order to end it may be lost as well; SSH sends it again.
    Promise.all(names.map((name) => site.on(name, `nft delete table ${table} 2>/dev/null; true`))),
  );
  try {
    await Promise.all(names.map((name) => site.on(name, `nft -f - <<'EOF'\n${rules}\nEOF`)));
    return await work();
  } finally {
    await undo();
  }
};
