import type { ReactNode } from 'react';
import { cx } from '../lib/cx';

interface SectionProps {
  readonly title: string;
  /** Beside the title: a button, or a number. */
  readonly aside?: ReactNode;
  readonly className?: string;
  readonly children: ReactNode;
}

/** A part of a screen, with a heading of its own. */
export function Section({ title, aside, className, children }: SectionProps) {
  return (
    <section aria-label={title} className={cx('flex min-w-0 flex-col gap-3', className)}>
      <div className="flex min-h-8 items-center justify-between gap-3">
        <h2 className="text-base font-medium">{title}</h2>
        {aside}
      </div>
      {children}
    </section>
  );
}

/** Names and values, in two columns. */
export function Facts({ children }: { readonly children: ReactNode }) {
  return <dl className="grid grid-cols-[minmax(88px,144px)_minmax(0,1fr)] gap-x-4 gap-y-2">{children}</dl>;
}

export function Fact({ name, children }: { readonly name: string; readonly children: ReactNode }) {
  return (
    <>
      <dt className="text-muted-foreground">{name}</dt>
      <dd className="flex min-w-0 flex-wrap items-center gap-x-3 gap-y-1">{children}</dd>
    </>
  );
}
