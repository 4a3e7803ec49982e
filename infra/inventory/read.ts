import { readFileSync } from 'node:fs';
import { resolve } from 'node:path';
import { type Document, LineCounter, parseDocument } from 'yaml';
import { messageOf } from '../local/message.ts';
import { senseFaults } from './check-sense.ts';
import { shapeFaults } from './check-shape.ts';
import {
  type Backup,
  type Group,
  groupNames,
  type Inventory,
  inventorySchema,
  type WrittenInventory,
} from './schema.ts';

/** There is no inventory where one was said to be. */
export class NoInventoryError extends Error {}

/** Every fault of an inventory at once, one a line. */
export class InventoryError extends Error {
  readonly faults: readonly string[];

  constructor(file: string, faults: readonly string[]) {
    const count = faults.length === 1 ? 'a fault' : `${faults.length} faults`;
    super(`${file} has ${count}:\n${faults.map((fault) => `  ${fault}`).join('\n')}`);
    this.faults = faults;
  }
}

/**
 * Reads an inventory and checks it whole, before anything is touched.
 * @param file its path
 * @throws InventoryError naming every fault by its path
 * @throws NoInventoryError when the file cannot be read
 */
export const readInventory = (file: string): Inventory => {
  const { tracing, backup, ...written } = parseInventory(file, textOf(file));
  return {
    ...written,
    ...(backup && { backup: backupOf(backup) }),
    file: resolve(file),
    tls: { ...written.tls, http3: written.tls.http3 ?? false },
    servers: Object.fromEntries(
      Object.entries(written.servers).map(([name, { address, ssh }]) => [
        name,
        { address, ssh: { user: ssh?.user ?? 'root', port: ssh?.port ?? 22 } },
      ]),
    ),
    instances: written.instances ?? {},
    observability: {
      servers: written.observability?.servers ?? [],
      alertmanagers: written.observability?.alertmanagers ?? [],
    },
    // One in ten says what a site does all day, and costs it little.
    ...(tracing && { tracing: { ratio: 0.1, ...tracing } }),
    settings: {
      ssh_from: written.settings?.ssh_from ?? ['0.0.0.0/0'],
      // A page asks for about twenty things at once: 25 people behind one address may open one in the same second.
      requests_per_client: written.settings?.requests_per_client ?? 500,
    },
  };
};

const backupOf = ({ folder, sftp, s3, at, keep_days }: NonNullable<WrittenInventory['backup']>): Backup => ({
  ...(folder !== undefined && { folder }),
  ...(sftp && { sftp: { ...sftp, port: sftp.port ?? 22 } }),
  ...(s3 && { s3: { ...s3, addressing: s3.addressing ?? 'host' } }),
  at: at ?? '03:30',
  keep_days: keep_days ?? 14,
});

/** The groups that a server is in. */
export const groupsOf = ({ groups }: Inventory, server: string): Group[] =>
  groupNames.filter((group) => groups[group].includes(server));

/**
 * The same from a text.
 * @throws InventoryError
 */
export const parseInventory = (file: string, text: string): WrittenInventory => {
  const lines = new LineCounter();
  const document = parseDocument(text, { lineCounter: lines, prettyErrors: false });
  const unreadable = yamlFaults(document, text, lines);
  if (unreadable.length > 0) throw new InventoryError(file, unreadable);
  const value: unknown = document.toJS();
  const faults = shapeFaults(inventorySchema, value);
  if (faults.length > 0) throw new InventoryError(file, faults);
  const nonsense = senseFaults(value as WrittenInventory);
  if (nonsense.length > 0) throw new InventoryError(file, nonsense);
  return value as WrittenInventory;
};

const textOf = (file: string): string => {
  try {
    return readFileSync(file, 'utf8');
  } catch (error) {
    const isMissing = (error as NodeJS.ErrnoException).code === 'ENOENT';
    const what = isMissing ? file : `to read: ${messageOf(error)}`;
    throw new NoInventoryError(`There is no inventory ${what}`, { cause: error });
  }
};

const yamlFaults = (document: Document.Parsed, text: string, lines: LineCounter): string[] =>
  document.errors.map(({ code, message, pos: [start] }) => {
    const key = /^["']?[^\s:"']+/.exec(text.slice(start))?.[0];
    return `line ${lines.linePos(start).line}: ${code === 'DUPLICATE_KEY' ? `the key ${key} stands twice` : message}`;
  });
