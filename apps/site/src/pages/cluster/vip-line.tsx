import type { ClusterPicture } from '@scale-up/contract';

const column = 100;
const height = 72;

/** From the address above to a server's column below, as a rope hangs. */
const path = (from: number, to: number): string =>
  `M${from} 0C${from} ${height * 0.7} ${to} ${height * 0.3} ${to} ${height}`;

/** The address that clients use, and a rope to whoever holds it. Seen only where the servers stand side by side; the words are for everybody. */
export const VipLine = ({ picture }: { picture: ClusterPicture }) => {
  const { vip, servers, roles } = picture;
  if (vip === null) return null;
  const width = servers.length * column;
  const middle = width / 2;
  const candidates = servers.flatMap(({ name, parts }, index) =>
    parts.some(({ kind }) => kind === 'balancer') ? [{ name, at: (index + 0.5) * column }] : [],
  );
  return (
    <div class="vip">
      <p class="vip-address">
        <span class="vip-word">VIP</span> {vip}
        <span class="vip-holder">{roles.vip === null ? 'nobody holds it' : `held by ${roles.vip}`}</span>
      </p>
      <svg class="vip-lines" viewBox={`0 0 ${width} ${height}`} preserveAspectRatio="none" aria-hidden="true">
        {candidates
          .filter(({ name }) => name !== roles.vip)
          .map(({ name, at }) => (
            <path key={name} class="vip-spare" d={path(middle, at)} />
          ))}
        {candidates
          .filter(({ name }) => name === roles.vip)
          .map(({ name, at }) => (
            <g key={name} class="vip-rope">
              <path class="vip-rope-edge" d={path(middle, at)} />
              <path class="vip-rope-core" d={path(middle, at)} />
              <path class="vip-rope-lay" d={path(middle, at)} />
            </g>
          ))}
      </svg>
    </div>
  );
};
