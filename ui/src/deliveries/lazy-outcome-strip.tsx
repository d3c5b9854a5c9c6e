import { type ComponentProps, lazy, Suspense } from 'react';

const Strip = lazy(() => import('./outcome-strip').then((module) => ({ default: module.OutcomeStrip })));

/** The strip, loaded beside the list and not before it. Its place is kept. */
export function OutcomeStrip(props: ComponentProps<typeof Strip>) {
  return (
    <Suspense fallback={<div className="h-15 shrink-0" />}>
      <Strip {...props} />
    </Suspense>
  );
}
