import { type ShouldBlockFn, useBlocker } from '@tanstack/react-router';
import { lazy, Suspense } from 'react';

const Confirm = lazy(() => import('../components/ui/confirm').then((module) => ({ default: module.Confirm })));

/**
 * Asks before changes are left behind, on this page and when the page is closed. It stands beside the form, and not in
 * it: its own answer would be taken for one of the form.
 */
export function UnsavedGuard({ isDirty }: { readonly isDirty: boolean }) {
  const blocker = useBlocker({
    shouldBlockFn: isLeaving,
    disabled: !isDirty,
    enableBeforeUnload: isDirty,
    withResolver: true,
  });
  if (blocker.status !== 'blocked') return null;
  const { proceed, reset } = blocker;
  return (
    <Suspense>
      <Confirm
        open
        isDangerous
        title="Leave without saving?"
        action="Discard the changes"
        onConfirm={async () => {
          await Promise.resolve();
          proceed();
        }}
        onClose={reset}
      >
        <p>What you changed here is not saved yet.</p>
      </Confirm>
    </Suspense>
  );
}

/** Another tab is another form; the range of plots is not. */
const isLeaving: ShouldBlockFn = ({ current, next }) =>
  current.pathname !== next.pathname || tabOf(current.search) !== tabOf(next.search);

function tabOf(search: unknown): unknown {
  return (search as { readonly tab?: unknown }).tab;
}
