import { type ReactNode, useState } from 'react';
import { faultsOf } from '../api/failure';
import { Button } from '../components/ui/button';
import { Dialog } from '../components/ui/dialog';

interface FormDialogProps {
  readonly title: string;
  /** What the thing is for, in a sentence. */
  readonly lead?: ReactNode;
  /** The verb on the button: `Create the key`. */
  readonly action: string;
  readonly onSubmit: () => Promise<unknown>;
  readonly onClose: () => void;
  /** At the left of the buttons. */
  readonly aside?: ReactNode;
  /** @param faultAt what is wrong at a JSON pointer */
  readonly children: (faultAt: (pointer: string) => string | undefined) => ReactNode;
}

/** A window with a form. Nothing that was typed is lost when the service refuses it, and each fault is at its field. */
export function FormDialog({ title, lead, action, onSubmit, onClose, aside, children }: FormDialogProps) {
  const [error, setError] = useState<unknown>(null);
  const [isSending, setIsSending] = useState(false);
  const faults = faultsOf(error);
  const submit = async (): Promise<void> => {
    setIsSending(true);
    setError(null);
    try {
      await onSubmit();
    } catch (refusal) {
      setError(refusal);
    }
    setIsSending(false);
  };
  return (
    <Dialog open onClose={onClose} title={title} className="max-w-lg">
      <form
        className="flex min-h-0 flex-col"
        onSubmit={(event) => {
          event.preventDefault();
          void submit();
        }}
      >
        <div className="flex flex-col gap-4 overflow-y-auto px-6 pt-6 pb-4">
          <header className="flex flex-col gap-1">
            <h2 aria-hidden className="text-lg font-semibold">
              {title}
            </h2>
            {lead !== undefined && <p className="text-muted-foreground">{lead}</p>}
          </header>
          {children((pointer) => faults[pointer])}
        </div>
        <footer className="flex flex-wrap items-center justify-end gap-2 border-t border-border px-6 py-3">
          <p role="alert" className="w-full text-destructive empty:hidden">
            {error !== null && messageOf(error)}
          </p>
          {aside}
          <span className="flex-1" />
          <Button onClick={onClose}>Cancel</Button>
          <Button type="submit" variant="primary" disabled={isSending}>
            {action}
          </Button>
        </footer>
      </form>
    </Dialog>
  );
}

function messageOf(error: unknown): string {
  return error instanceof Error ? error.message : 'That did not work.';
}
