import { Send } from 'lucide-react';
import { lazy, Suspense } from 'react';
import { useMay } from '../api/access';
import { Notice } from '../components/states';

const Commands = lazy(() => import('./nothing-yet').then((module) => ({ default: module.NothingYet })));

/** Whoever may publish is told how. A customer waits for the host to do it. */
export function NothingYet() {
  if (useMay('events:publish')) {
    return (
      <Suspense>
        <Commands />
      </Suspense>
    );
  }
  return (
    <Notice icon={<Send aria-hidden className="size-5 text-muted-foreground" />} title="No deliveries yet">
      <p>A delivery appears here as soon as something happens that one of your subscriptions wants to know.</p>
    </Notice>
  );
}
