import type { Command } from '../local/die-with-parent.ts';
import { type Layout, type ServerLayout } from './layout.ts';
import { command } from './run.ts';

const bridge = 'br0';

/** The lab's own namespace, with the bridge that all servers hang on. The bridge goes up last: so it tells that all is there. */
export const labNetwork = ({ namespace, network }: Layout): Command[] => {
  const ip = (...args: string[]): Command => command('ip', '-n', namespace, ...args);
  return [
    command('ip', 'netns', 'add', namespace),
    ip('link', 'set', 'lo', 'up'),
    // A server that looks for the internet is told at once that there is none, instead of waiting.
    ip('route', 'add', 'unreachable', 'default'),
    command('ip', 'netns', 'exec', namespace, 'sysctl', '-qw', 'net.ipv4.ip_forward=1'),
    ip('link', 'add', bridge, 'type', 'bridge', 'stp_state', '0', 'forward_delay', '0'),
    ip('address', 'add', `${network.address}/${network.prefix}`, 'dev', bridge),
    ip('link', 'set', bridge, 'up'),
  ];
};

/** Tells whether the lab's network is whole: prints the bridge if it is up. */
export const wholeNetwork = ({ namespace }: Layout): Command =>
  command('ip', '-n', namespace, '-oneline', 'link', 'show', 'dev', bridge, 'up');

/** A server's namespace and its cable to the bridge; made anew at every boot, so that nothing of the last one is left. */
export const serverNetwork = ({ namespace, network }: Layout, server: ServerLayout, isCut: boolean): Command[] => {
  const ip = (...args: string[]): Command => command('ip', '-n', server.namespace, ...args);
  const device = network.interface;
  return [
    command('ip', 'netns', 'add', server.namespace),
    ip('link', 'set', 'lo', 'up'),
    ip('link', 'add', device, 'address', server.mac, 'type', 'veth', 'peer', 'name', server.port, 'netns', namespace),
    ip('address', 'add', `${server.address}/${network.prefix}`, 'dev', device),
    ip('link', 'set', device, 'up'),
    ip('route', 'add', 'default', 'via', network.address),
    command('ip', '-n', namespace, 'link', 'set', server.port, 'master', bridge),
    ...(isCut ? [] : [plug(namespace, server)]),
  ];
};

/** Both parts may be missing already: each is removed by itself. */
export const serverNetworkGone = ({ namespace }: Layout, server: ServerLayout): Command[] => [
  command('ip', '-n', namespace, 'link', 'delete', server.port),
  command('ip', 'netns', 'delete', server.namespace),
];

/** Pulls a server's cable at the bridge. */
export const unplug = (namespace: string, { port }: ServerLayout): Command =>
  command('ip', '-n', namespace, 'link', 'set', port, 'down');

/** Puts a server's cable back. */
export const plug = (namespace: string, { port }: ServerLayout): Command =>
  command('ip', '-n', namespace, 'link', 'set', port, 'up');

/** Servers answer the host; they do not call what listens on it. */
const noCalls = [
  'table bridge host {',
  '  chain forward {',
  '    type filter hook forward priority 0; policy accept;',
  '    oifname "host" tcp flags & (syn | ack) == syn drop',
  '  }',
  '}',
].join('\n');

/** A cable from the host to the bridge, for a browser on the host. Its end on the host goes up last. */
export const hostLink = ({ namespace, hostLink: device, network }: Layout, address: string): Command[] => [
  command('ip', 'link', 'add', device, 'type', 'veth', 'peer', 'name', 'host', 'netns', namespace),
  command('ip', 'netns', 'exec', namespace, 'nft', noCalls),
  command('ip', '-n', namespace, 'link', 'set', 'host', 'master', bridge, 'up'),
  command('ip', 'address', 'add', `${address}/${network.prefix}`, 'dev', device),
  command('ip', 'link', 'set', device, 'up'),
];

/** Tells whether that cable is whole: prints its end on the host if it is up. */
export const wholeHostLink = ({ hostLink: device }: Layout): Command =>
  command('ip', '-oneline', 'link', 'show', 'dev', device, 'up');
