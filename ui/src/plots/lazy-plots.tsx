import { lazy, Suspense } from 'react';
import { Skeleton } from '../components/states';
import type { PlotsProps } from './plots';

const Plots = lazy(() => import('./plots').then((module) => ({ default: module.Plots })));

/** They are loaded and drawn after the figures above them, which a person reads first. */
export function LazyPlots(props: PlotsProps) {
  return (
    <Suspense fallback={<Skeleton lines={6} />}>
      <Plots {...props} />
    </Suspense>
  );
}
