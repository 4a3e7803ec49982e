import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { parse } from 'yaml';
import { runToEnd } from '../local/run-to-end.ts';
import { playbookEnvironment } from './ansible.ts';
import { hostsOf, type Instances } from './hosts.ts';
import { groupsOf } from './read.ts';
import type { Inventory } from './schema.ts';
import type { Secrets } from './secrets.ts';

const infra = fileURLToPath(new URL('../', import.meta.url));

/** A file as a role would put it on a server. */
export type RenderedFile = {
  readonly role: string;
  readonly path: string;
  readonly mode: string;
  readonly owner: string;
  readonly group: string;
  /** The program that must accept it, with %s for its path. */
  readonly check?: string;
  /** Nothing of it is shown when it is written. */
  readonly secret?: boolean;
  readonly text: string;
};

type Play = { readonly hosts: string; readonly roles?: readonly string[] };

/** The roles that provision.yml gives to a server, in their order. */
export const rolesOf = (inventory: Inventory, server: string): string[] => {
  const plays = parse(readFileSync(`${infra}provision.yml`, 'utf8')) as readonly Play[];
  const measures = inventory.observability.servers.includes(server) ? ['observability'] : [];
  const groups = new Set<string>(['all', ...groupsOf(inventory, server), ...measures]);
  return plays
    .filter(({ hosts }) => hosts.split(':').some((group) => groups.has(group)))
    .flatMap(({ roles = [] }) => roles);
};

/**
 * Every file that provision would write on the servers of an inventory; no server is needed.
 * @param bin folder of Ansible's programs
 * @param secrets made for this, since they stand in the result
 */
export const renderFiles = async (
  bin: string,
  inventory: Inventory,
  secrets: Secrets,
  instancesOf: (server: string) => Instances,
): Promise<Readonly<Record<string, readonly RenderedFile[]>>> => {
  const servers = Object.keys(inventory.servers);
  const folder = mkdtempSync(join(tmpdir(), 'scale-up-rendered-'));
  try {
    const roles = Object.fromEntries(servers.map((server) => [server, rolesOf(inventory, server)]));
    writeFileSync(join(folder, 'hosts.json'), JSON.stringify(hostsOf(inventory, instancesOf)), { mode: 0o600 });
    writeFileSync(join(folder, 'vars.json'), JSON.stringify({ secrets, roles_of: roles, rendered: folder }), {
      mode: 0o600,
    });
    const variables = [...new Set(Object.values(roles).flat())].map(
      (role) => `${infra}roles/${role}/defaults/main.yml`,
    );
    const args = [
      `--inventory=${folder}/hosts.json`,
      ...[...variables, `${folder}/vars.json`].map((file) => `--extra-vars=@${file}`),
      `${infra}render.yml`,
    ];
    const { code, output } = await runToEnd(
      { command: `${bin}ansible-playbook`, args },
      { env: playbookEnvironment(bin, { id: 'render', prefix: [] }, process.env) },
    );
    if (code !== 0) throw new Error(`The roles cannot be rendered:\n${output}`);
    return Object.fromEntries(servers.map((server) => [server, filesIn(join(folder, `${server}.json`))]));
  } finally {
    rmSync(folder, { recursive: true });
  }
};

const filesIn = (file: string): RenderedFile[] =>
  (JSON.parse(readFileSync(file, 'utf8')) as (RenderedFile | null)[]).filter((each) => each !== null);
