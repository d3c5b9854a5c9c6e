import { useRouter, useSearch } from '@tanstack/react-router';
import { createContext, type ReactNode, use, useMemo } from 'react';

/** Stands in a URL where an id will be. */
const PLACE = 'dlv_0';
const Pattern = createContext(PLACE);

/**
 * Makes the URL of all rows at once. A link of the router in each row would follow every change of the URL, and make
 * scrolling slow.
 */
export function DeliveryHrefs({ children }: { readonly children: ReactNode }) {
  const router = useRouter();
  const search = JSON.stringify(useSearch({ strict: false }));
  const pattern = useMemo(() => {
    const { publicHref } = router.buildLocation({
      to: '/deliveries/$deliveryId',
      params: { deliveryId: PLACE },
      search: JSON.parse(search) as object,
    });
    return publicHref;
  }, [router, search]);
  return <Pattern value={pattern}>{children}</Pattern>;
}

/** Where a delivery can be opened beside the list. */
export function useDeliveryHref(id: string): string {
  return use(Pattern).replace(PLACE, id);
}
