import { Type } from 'typebox';
import { operation } from './operation.ts';

export const tagOperations = {
  tags: operation({
    method: 'GET',
    path: '/tags',
    access: 'public',
    summary: 'Every tag that an article carries, in alphabetical order',
    status: 200,
    answer: Type.Object({ tags: Type.Array(Type.String()) }),
  }),
};
