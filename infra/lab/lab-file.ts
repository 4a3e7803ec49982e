import { existsSync, readFileSync, renameSync } from 'node:fs';
import { writeWhole } from '../local/write-whole.ts';
import { labFolder, type Layout, serverLayout } from './layout.ts';

/** Where a lab's names stand while it exists. */
export const labFile = (name: string): string => `${labFolder(name)}/lab.json`;

/** A lab that an earlier state of this checkout made may lack what has been added since. */
const layoutIn = (file: string): Layout | undefined => {
  try {
    const layout = JSON.parse(readFileSync(file, 'utf8')) as Layout;
    const servers = Object.values(layout.servers).map((server) => [
      server.name,
      { ...serverLayout(layout.name, server.name, server.address), ...server },
    ]);
    return { ...layout, servers: Object.fromEntries(servers) };
  } catch {
    return undefined;
  }
};

/** The lab of a name, if there is one. */
export const readLayout = (name: string): Layout | undefined => layoutIn(labFile(name));

/** Puts a lab on record. */
export const writeLayout = (layout: Layout): void => writeWhole(labFile(layout.name), JSON.stringify(layout, null, 2));

/** Takes a lab off the record before it is taken down: a supervisor that is about to start finds nothing to do. */
export const condemned = (name: string): Layout | undefined => {
  const file = `${labFile(name)}.down`;
  if (existsSync(labFile(name))) renameSync(labFile(name), file);
  return layoutIn(file);
};
