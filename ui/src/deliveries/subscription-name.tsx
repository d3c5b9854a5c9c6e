import { useQuery } from '@tanstack/react-query';
import { createContext, type ReactNode, use, useMemo } from 'react';
import { useMay } from '../api/access';
import { subscriptionsQuery } from '../api/queries';

const Names = createContext<ReadonlyMap<string, string>>(new Map());

/** Reads the names once for all rows: a query of its own in each would make scrolling slow. */
export function SubscriptionNames({ children }: { readonly children: ReactNode }) {
  const { data: page } = useQuery({ ...subscriptionsQuery, enabled: useMay('subscriptions:read') });
  const names = useMemo(
    () =>
      new Map(
        page?.data.map(({ id, description, target_url: url }) => [id, description ?? withoutScheme(url)] as const),
      ),
    [page],
  );
  return <Names value={names}>{children}</Names>;
}

interface SubscriptionNameProps {
  readonly id: string;
  readonly targetUrl: string;
}

/** What a person calls a subscription: its description, or where it leads. */
export function useSubscriptionName({ id, targetUrl }: SubscriptionNameProps): string {
  return use(Names).get(id) ?? withoutScheme(targetUrl);
}

export function SubscriptionName(props: SubscriptionNameProps) {
  const name = useSubscriptionName(props);
  return (
    <span className="truncate" data-hint={`${props.targetUrl}\n${props.id}`}>
      {name}
    </span>
  );
}

/** `hooks.example.com/in`: where a URL leads, as short as it can be said. */
export function withoutScheme(url: string): string {
  return url.replace(/^https?:\/\//, '').replace(/\/$/, '');
}
