import { Type, type Static } from 'typebox';

/** RFC 9457 problem document, with the messages by field beside its own members. */
export const ProblemDocument = Type.Object({
  type: Type.String({ description: 'identifies the kind of problem; see docs/problems.md' }),
  title: Type.String(),
  status: Type.Integer(),
  errors: Type.Record(Type.String(), Type.Array(Type.String())),
});
export type ProblemDocument = Static<typeof ProblemDocument>;
