import { type ComponentChildren, createContext } from 'preact';
import type { FieldErrors } from '../api/problem.ts';
import { type Submit, type Values, useForm, valuesOf } from './use-form.ts';

export const FormErrors = createContext<FieldErrors>({});

type Props = {
  submit: Submit;
  /** The button's text, and what it says while the form is on its way. */
  label: string;
  busyLabel: string;
  children: ComponentChildren;
  /** Beside the button. */
  beside?: ComponentChildren;
  onTyping?: (values: Values) => void;
};

export const Form = ({ submit, label, busyLabel, children, beside, onTyping }: Props) => {
  const { form, isBusy, errors, summary, onSubmit } = useForm(submit);
  return (
    <form
      ref={form}
      class="form"
      noValidate
      onSubmit={(event) => void onSubmit(event)}
      onInput={(event) => onTyping?.(valuesOf(event.currentTarget))}
    >
      {summary.length > 0 && (
        <div class="form-problem" role="alert" tabIndex={-1}>
          {summary.map((message) => (
            <p key={message}>{message}</p>
          ))}
        </div>
      )}
      <FormErrors.Provider value={errors}>{children}</FormErrors.Provider>
      <div class="actions">
        {/* Not `disabled`, which would take the focus away from whoever pressed it. */}
        <button type="submit" class="button primary" aria-disabled={isBusy}>
          {isBusy ? busyLabel : label}
        </button>
        {beside}
      </div>
    </form>
  );
};
