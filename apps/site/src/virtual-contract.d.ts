declare module 'virtual:contract' {
  import type { Operation, operations as all } from '@scale-up/contract';

  type Call = Pick<Operation, 'method' | 'path'>;

  /** Method and path of every operation; vite/contract-module.ts emits it. */
  export const operations: { readonly [Id in keyof typeof all]: Call };
  export { clusterStream, limits } from '@scale-up/contract';
  export const pathOf: (operation: Call, input?: { params?: object; query?: object }) => string;
}
