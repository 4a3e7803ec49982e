import { services } from '../../images/services.ts';
import { script } from '../support/ssh.ts';
import type { VerbContext } from '../support/verb.ts';
import { releaseServers } from './fleet.ts';

/** Writes down that a release is complete, tags it, and removes images that no release of the two has. */
const note = `
echo "$4" >/var/lib/scale-up/releases.json.new
mv /var/lib/scale-up/releases.json.new /var/lib/scale-up/releases.json
for service in $3; do
  image=localhost/scale-up/$service
  podman image exists "$image:$1" || continue
  podman tag "$image:$1" "$image:current"
  ! podman image exists "$image:$2" || podman tag "$image:$2" "$image:previous"
  podman images --filter "reference=$image" --format '{{.Tag}}' | while read -r tag; do
    case $tag in "$1" | "$2" | current | previous) ;; *) podman rmi "$image:$tag" >/dev/null ;; esac
  done
done
podman image prune --force >/dev/null
`;

/**
 * Makes servers, by default all, remember a release as complete, and how to get back from it.
 * @param previous the release before; null when there was none
 */
export const complete = async (
  { servers, inventory }: VerbContext,
  tag: string,
  previous: string | null,
  names: readonly string[] = releaseServers(inventory),
): Promise<void> => {
  const command = script(note, tag, previous ?? '', services.join(' '), JSON.stringify({ current: tag, previous }));
  await Promise.all(names.map((server) => servers.demand(server, command)));
};
