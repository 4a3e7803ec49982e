import { useEffect, useRef, useState } from 'preact/hooks';
import { newKey } from '../api/idempotency-key.ts';
import { ApiProblem, type FieldErrors } from '../api/problem.ts';
import { isAbout, sentences } from '../components/messages.ts';

export type Values = Record<string, string>;
export type Submit = (values: Values, key: string) => Promise<void>;

/** What the form itself found wrong, before anything was sent. */
export class InvalidForm extends ApiProblem {
  constructor(errors: FieldErrors) {
    super(422, 'Some fields are not acceptable', errors);
  }
}

export const valuesOf = (form: HTMLFormElement): Values =>
  Object.fromEntries([...new FormData(form)].map(([name, value]) => [name, typeof value === 'string' ? value : '']));

const summaryOf = (error: Error, form: HTMLFormElement): string[] => {
  if (!(error instanceof ApiProblem)) return [error.message];
  const fields = Object.keys(valuesOf(form));
  const others = Object.fromEntries(
    Object.entries(error.errors).filter(([key]) => !fields.some((name) => isAbout(key, name))),
  );
  const wait = error.retryAfter === undefined ? [] : [`Try again in ${error.retryAfter} s.`];
  return Object.keys(error.errors).length === 0 ? [error.message, ...wait] : [...sentences(others), ...wait];
};

/** The life of a form: sent once at a time, what was typed stays, what is wrong stands at its field and has the focus. */
export const useForm = (submit: Submit) => {
  const form = useRef<HTMLFormElement>(null);
  const sending = useRef(false);
  const last = useRef({ content: '', key: '' });
  const [isBusy, setBusy] = useState(false);
  const [failure, setFailure] = useState<{ errors: FieldErrors; summary: string[] }>();

  useEffect(() => {
    if (failure === undefined) return;
    form.current?.querySelector<HTMLElement>('[aria-invalid=true], .form-problem')?.focus();
  }, [failure]);

  const send = async (element: HTMLFormElement): Promise<void> => {
    const values = valuesOf(element);
    const content = JSON.stringify(values);
    // The same content sent again is the same write: the first one may have arrived although its answer was lost.
    if (last.current.content !== content) last.current = { content, key: newKey() };
    setFailure(undefined);
    try {
      await submit(values, last.current.key);
      last.current = { content: '', key: '' };
    } catch (error) {
      const known = error instanceof Error ? error : new Error('Something went wrong');
      setFailure({ errors: known instanceof ApiProblem ? known.errors : {}, summary: summaryOf(known, element) });
    }
  };

  const onSubmit = async (event: SubmitEvent): Promise<void> => {
    event.preventDefault();
    if (sending.current) return;
    sending.current = true;
    setBusy(true);
    await send(event.currentTarget as HTMLFormElement);
    sending.current = false;
    setBusy(false);
  };

  return { form, isBusy, errors: failure?.errors ?? {}, summary: failure?.summary ?? [], onSubmit };
};
