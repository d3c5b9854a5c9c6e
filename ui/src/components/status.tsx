import { ArrowUpRight, Ban, Check, CircleDashed, Clock, X } from 'lucide-react';
import type { ComponentType } from 'react';
import type { DeliveryAnswer } from '../api/generated';
import { cx } from '../lib/cx';

export type DeliveryStatus = DeliveryAnswer['status'];

export interface Look {
  readonly word: string;
  readonly icon: ComponentType<{ className?: string; strokeWidth?: number }>;
  readonly colour: string;
}

/** Word, icon and colour, so that nobody depends on one of them. */
export const STATUSES: Readonly<Record<DeliveryStatus, Look>> = {
  delivered: { word: 'Delivered', icon: Check, colour: 'bg-success-tint text-success' },
  failed: { word: 'Failed', icon: X, colour: 'bg-destructive-tint text-destructive' },
  retrying: { word: 'Retrying', icon: Clock, colour: 'bg-warning-tint text-warning' },
  pending: { word: 'Pending', icon: CircleDashed, colour: 'bg-idle-tint text-idle' },
  in_flight: { word: 'In flight', icon: ArrowUpRight, colour: 'bg-brand-tint text-brand' },
  cancelled: { word: 'Cancelled', icon: Ban, colour: 'bg-idle-tint text-idle' },
};

export function Status({ status, className }: { readonly status: DeliveryStatus; readonly className?: string }) {
  return <Badge look={STATUSES[status]} className={className} />;
}

/** A state in a word, an icon and a colour. */
export function Badge({ look, className }: { readonly look: Look; readonly className?: string | undefined }) {
  const { word, icon: Icon, colour } = look;
  return (
    <span
      className={cx(
        'inline-flex h-5 items-center gap-1 rounded-full pr-2 pl-1.5 text-xs font-medium whitespace-nowrap',
        colour,
        className,
      )}
    >
      <Icon aria-hidden className="size-3" strokeWidth={2.5} />
      {word}
    </span>
  );
}
