import type { Mark } from '../../servers/measure.ts';

/** Something that is done to the site in a drill: a mark, and which of the site's parts it is done to. */
export type Fault = Mark & { readonly group: string };
