import { lazy, Suspense } from 'react';
import { Skeleton } from '../../components/states';
import { demoState } from '../../demo/demo-state';
import { useStore } from '../../lib/store';
import { serverConfig } from '../../shell/config-store';
import type { FirstVisit as Visit } from './use-first-visit';

const FirstVisit = lazy(() => import('./first-visit'));
const SampleTraffic = lazy(() => import('../../demo/sample-traffic'));

/** What leads to the first figures, above them or in place of them. Loaded when it is wanted. */
export function Beginning({ visit: { isFirst, hasNothing } }: { readonly visit: Visit }) {
  const { has_echo: hasEcho } = useStore(serverConfig);
  const isMaking = useStore(demoState).state !== 'idle';
  return (
    <Suspense fallback={<Skeleton lines={6} />}>
      {isFirst ? <FirstVisit /> : hasEcho && (isMaking || hasNothing) && <SampleTraffic />}
    </Suspense>
  );
}
