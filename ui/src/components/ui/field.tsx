import { type ComponentProps, type InputHTMLAttributes, type ReactNode, useId } from 'react';
import { cx } from '../../lib/cx';

/** What ties a control to its label, its help and its fault. */
export interface ControlProps {
  readonly id: string;
  readonly 'aria-describedby': string | undefined;
  readonly 'aria-invalid': boolean;
}

interface FieldProps {
  readonly label: ReactNode;
  /** One line that says what to fill in. */
  readonly help?: ReactNode;
  /** What is wrong with the value, and what to change. */
  readonly fault?: string | null | undefined;
  readonly className?: string;
  readonly children: (control: ControlProps) => ReactNode;
}

/** A control with its label above, and its help or its fault below. */
export function Field({ label, help, fault = null, className, children }: FieldProps) {
  const id = useId();
  const belowId = `${id}-below`;
  const hasBelow = fault !== null || help !== undefined;
  return (
    <div className={cx('flex min-w-0 flex-col gap-1', className)}>
      <label htmlFor={id} className="font-medium">
        {label}
      </label>
      {children({ id, 'aria-describedby': hasBelow ? belowId : undefined, 'aria-invalid': fault !== null })}
      {fault !== null ? (
        <p id={belowId} role="alert" className="text-xs text-destructive">
          {fault}
        </p>
      ) : (
        help !== undefined && (
          <p id={belowId} className="text-xs text-muted-foreground">
            {help}
          </p>
        )
      )}
    </div>
  );
}

const CONTROL =
  'w-full min-w-0 rounded-md border border-input bg-card px-2.5 placeholder:text-muted-foreground aria-invalid:border-destructive disabled:bg-muted disabled:text-muted-foreground';

export function Input({ className, ...props }: ComponentProps<'input'>) {
  return <input spellCheck={false} autoComplete="off" className={cx(CONTROL, 'h-8', className)} {...props} />;
}

export function TextArea({ className, ...props }: ComponentProps<'textarea'>) {
  return <textarea spellCheck={false} className={cx(CONTROL, 'py-1.5 font-mono', className)} {...props} />;
}

export function Select({ className, ...props }: ComponentProps<'select'>) {
  return <select className={cx(CONTROL, 'h-8', className)} {...props} />;
}

interface CheckboxProps extends Omit<InputHTMLAttributes<HTMLInputElement>, 'type'> {
  readonly label: ReactNode;
  readonly help?: ReactNode;
}

export function Checkbox({ label, help, className, ...props }: CheckboxProps) {
  return (
    <label className={cx('flex cursor-pointer items-start gap-2', className)}>
      <input type="checkbox" className="mt-0.75 size-3.5 shrink-0 accent-brand" {...props} />
      <span>
        {label}
        {help !== undefined && <span className="block text-xs text-muted-foreground">{help}</span>}
      </span>
    </label>
  );
}
