import { useQuery } from '@tanstack/react-query';
import { subscriptionsQuery } from '../api/queries';

interface SubscriptionNameProps {
  readonly id: string;
  readonly targetUrl: string;
}

/** What a person calls a subscription: its description, or where it leads. */
export function useSubscriptionName({ id, targetUrl }: SubscriptionNameProps): string {
  const { data: name } = useQuery({
    ...subscriptionsQuery,
    select: ({ data }) => {
      const known = data.find((each) => each.id === id);
      return known && (known.description ?? withoutScheme(known.target_url));
    },
  });
  return name ?? withoutScheme(targetUrl);
}

export function SubscriptionName(props: SubscriptionNameProps) {
  const name = useSubscriptionName(props);
  return (
    <span className="truncate" data-hint={`${props.targetUrl}\n${props.id}`}>
      {name}
    </span>
  );
}

function withoutScheme(url: string): string {
  return url.replace(/^https?:\/\//, '').replace(/\/$/, '');
}
