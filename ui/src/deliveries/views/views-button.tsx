import { Bookmark } from 'lucide-react';
import { lazy, Suspense, useState } from 'react';
import { buttonClass } from '../../components/ui/button';
import { Popover } from '../../components/ui/popover';
import type { DeliverySearch } from '../delivery-search';

const ViewsPanel = lazy(() => import('./views-panel'));

/** Saved filters: to open, to save, to delete. */
export function ViewsButton({ search }: { readonly search: DeliverySearch }) {
  const [isOpen, setIsOpen] = useState(false);
  return (
    <Popover
      open={isOpen}
      onOpenChange={setIsOpen}
      title="Saved views"
      trigger={(props) => (
        <button {...props} type="button" className={buttonClass({ size: 'sm' })}>
          <Bookmark aria-hidden /> Views
        </button>
      )}
    >
      <Suspense>
        <ViewsPanel search={search} onDone={() => setIsOpen(false)} />
      </Suspense>
    </Popover>
  );
}
