import { Link } from '@tanstack/react-router';
import type { ReactNode } from 'react';
import { useMay } from '../api/access';

interface SubscriptionLinkProps {
  readonly id: string;
  readonly className?: string;
  readonly children: ReactNode;
}

/** Leads to a subscription, or is a plain text for those who may not see it. */
export function SubscriptionLink({ id, className, children }: SubscriptionLinkProps) {
  const mayOpen = useMay('subscriptions:read');
  if (!mayOpen) return <span className={className}>{children}</span>;
  return (
    <Link to="/subscriptions/$subscriptionId" params={{ subscriptionId: id }} className={className}>
      {children}
    </Link>
  );
}
