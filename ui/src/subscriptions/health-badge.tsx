import { Ban, Check, CircleDashed, Pause, TriangleAlert } from 'lucide-react';
import { Badge, type Look } from '../components/status';
import { Age } from '../components/time';
import { counted } from '../lib/numbers';
import type { SubscriptionAnswer } from './subscription-answer';
import { disabledWords } from './words';

type HealthState = SubscriptionAnswer['health']['state'];

const LOOKS: Readonly<Record<HealthState, Look>> = {
  healthy: { word: 'Healthy', icon: Check, colour: 'bg-success-tint text-success' },
  failing: { word: 'Failing', icon: TriangleAlert, colour: 'bg-destructive-tint text-destructive' },
  idle: { word: 'Idle', icon: CircleDashed, colour: 'bg-idle-tint text-idle' },
  paused: { word: 'Paused', icon: Pause, colour: 'bg-warning-tint text-warning' },
  disabled: { word: 'Disabled', icon: Ban, colour: 'bg-destructive-tint text-destructive' },
};

/** Whether it sends, and how that goes, in a word. */
export function HealthBadge({ subscription: { state, health } }: { readonly subscription: SubscriptionAnswer }) {
  return <Badge look={LOOKS[state === 'active' ? health.state : state]} />;
}

/** Since when or why it does not work, short enough for a row; nothing if it works. */
export function HealthReason({ subscription }: { readonly subscription: SubscriptionAnswer }) {
  const { state, disabled_reason: reason, disabled_at: at, health } = subscription;
  if (state === 'disabled') {
    return (
      <>
        {reason === 'gone' ? '410 Gone' : reason === 'failing' ? 'failed for days' : disabledWords(reason)}
        {at !== null && (
          <>
            , <Age at={at} /> ago
          </>
        )}
      </>
    );
  }
  if (state === 'active' && health.failing_since !== null && health.state === 'failing') {
    return (
      <span data-hint={`${counted(health.consecutive_failures, 'attempt')} failed in a row`}>
        for <Age at={health.failing_since} />
      </span>
    );
  }
  return null;
}
