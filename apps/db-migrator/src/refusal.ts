/** A reason not to do what was asked; shown as one sentence, without a stack. */
export class Refusal extends Error {}
