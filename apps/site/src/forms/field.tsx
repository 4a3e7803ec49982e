import { useContext, useId } from 'preact/hooks';
import { isAbout, sentence } from '../components/messages.ts';
import { FormErrors } from './form.tsx';

type Props = {
  name: string;
  label: string;
  type?: 'text' | 'email' | 'password' | 'number';
  value?: string;
  hint?: string;
  required?: boolean;
  autoComplete?: string;
  inputMode?: 'decimal' | 'numeric' | 'url';
  maxLength?: number;
  /** More than one line, and how many of them are seen. */
  rows?: number;
  hideLabel?: boolean;
  placeholder?: string;
};

/** Ids and messages that tie an input to its hint and to what is wrong with it. */
export const useFieldErrors = (name: string, label: string, hint: string | undefined) => {
  const id = useId();
  const messages = Object.entries(useContext(FormErrors))
    .filter(([key]) => isAbout(key, name))
    .flatMap(([, found]) => found.map((message) => sentence(label, message)));
  const ids = [hint === undefined ? '' : `${id}-hint`, messages.length > 0 ? `${id}-error` : ''].filter(Boolean);
  return {
    id,
    messages,
    attributes: {
      'aria-invalid': messages.length > 0,
      'aria-describedby': ids.length > 0 ? ids.join(' ') : undefined,
    },
  };
};

export const FieldMessages = ({ id, hint, messages }: { id: string; hint: string | undefined; messages: string[] }) => (
  <>
    {hint !== undefined && (
      <p class="hint" id={`${id}-hint`}>
        {hint}
      </p>
    )}
    {messages.length > 0 && (
      <p class="field-error" id={`${id}-error`}>
        {messages.map((message) => (message.endsWith('.') ? message : `${message}.`)).join(' ')}
      </p>
    )}
  </>
);

export const Field = ({ name, label, value = '', hint, rows, type = 'text', hideLabel = false, ...rest }: Props) => {
  const { id, messages, attributes } = useFieldErrors(name, label, hint);
  // Preact's types know an input by one literal type, not by several.
  const shared: object = { id, name, defaultValue: value, ...attributes, ...rest };
  const typed: object = { ...shared, type };
  return (
    <div class={`field field-${name}`}>
      <label for={id} class={hideLabel ? 'visually-hidden' : undefined}>
        {label}
      </label>
      {rows === undefined ? <input {...typed} /> : <textarea rows={rows} {...shared} />}
      <FieldMessages id={id} hint={hint} messages={messages} />
    </div>
  );
};
