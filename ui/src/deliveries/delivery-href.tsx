import { Link } from '@tanstack/react-router';
import { createContext, type ReactNode, use, useLayoutEffect, useRef, useState } from 'react';

/** Stands in a URL where an id will be. */
const PLACE = 'dlv_0';
const Pattern = createContext<string | undefined>(undefined);

/**
 * One link of the router, from which those of all rows are made. A link of its own in each row would follow every
 * change of the URL, and make scrolling slow.
 */
export function DeliveryHrefs({ children }: { readonly children: ReactNode }) {
  const link = useRef<HTMLAnchorElement>(null);
  const [pattern, setPattern] = useState<string>();
  // As often as it is rendered, because only the link itself follows the URL.
  // oxlint-disable-next-line react/exhaustive-deps
  useLayoutEffect(() => setPattern(link.current?.getAttribute('href') ?? undefined));
  return (
    <>
      <Link
        ref={link}
        hidden
        to="/deliveries/$deliveryId"
        params={{ deliveryId: PLACE }}
        search={(search) => search}
        preload={false}
      />
      <Pattern value={pattern}>{children}</Pattern>
    </>
  );
}

/** Where a delivery can be opened beside the list. */
export function useDeliveryHref(id: string): string | undefined {
  return use(Pattern)?.replace(PLACE, id);
}
