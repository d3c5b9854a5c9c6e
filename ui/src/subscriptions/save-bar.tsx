import { Button } from '../components/ui/button';
import type { Saving } from './use-saving';

interface SaveBarProps {
  readonly isDirty: boolean;
  readonly saving: Saving;
  /** Pointers of the fields that show their faults themselves. */
  readonly shown: readonly string[];
  readonly onDiscard: () => void;
  /** Why what is typed cannot be sent; null if it can. */
  readonly hindrance?: string | null;
}

/** Saves a form, and says why that failed. */
export function SaveBar({ isDirty, saving, shown, onDiscard, hindrance = null }: SaveBarProps) {
  const { error, faults, isSaving } = saving;
  const pointers = Object.keys(faults);
  const isSaid = pointers.length > 0 && pointers.every((pointer) => shown.some((each) => pointer.startsWith(each)));
  return (
    <div
      className={
        isDirty
          ? 'sticky bottom-0 -mx-2 flex flex-wrap items-center gap-2 border-t border-border bg-background px-2 py-3'
          : 'flex flex-wrap items-center gap-2 py-3'
      }
    >
      <Button type="submit" variant="primary" disabled={!isDirty || isSaving || hindrance !== null}>
        {isSaving ? 'Saving…' : 'Save'}
      </Button>
      {isDirty && <Button onClick={onDiscard}>Discard the changes</Button>}
      <p role="status" className="text-muted-foreground">
        {isDirty && (hindrance ?? (error === null ? 'Not saved yet.' : ''))}
      </p>
      {error !== null && isDirty && (
        <p role="alert" className="basis-full text-destructive">
          {isSaid ? 'Not saved. Look at the marked fields.' : error.message}
        </p>
      )}
    </div>
  );
}
