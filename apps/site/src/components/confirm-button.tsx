import { useId, useRef } from 'preact/hooks';
import { useAction } from './use-action.ts';

type Props = {
  label: string;
  name?: string;
  question: string;
  confirm: string;
  /** What closes the question and changes nothing. */
  dismiss?: string;
  work: () => Promise<void>;
  quiet?: boolean;
};

/** A button for what cannot be undone: it asks first. */
export const ConfirmButton = ({
  label,
  name = label,
  question,
  confirm,
  dismiss = 'Cancel',
  work,
  quiet = false,
}: Props) => {
  const dialog = useRef<HTMLDialogElement>(null);
  const title = useId();
  const { run, isBusy } = useAction(work);
  const close = (): void => dialog.current?.close();
  return (
    <>
      <button
        type="button"
        class={quiet ? 'quiet' : 'button'}
        aria-label={name}
        aria-disabled={isBusy}
        onClick={() => dialog.current?.showModal()}
      >
        {label}
      </button>
      <dialog ref={dialog} aria-labelledby={title}>
        <p id={title}>{question}</p>
        <div class="actions">
          <button
            type="button"
            class="button primary"
            onClick={() => {
              close();
              run();
            }}
          >
            {confirm}
          </button>
          <button type="button" class="button" onClick={close}>
            {dismiss}
          </button>
        </div>
      </dialog>
    </>
  );
};
