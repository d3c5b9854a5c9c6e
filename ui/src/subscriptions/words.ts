import type { SubscriptionAnswer } from './subscription-answer';
import { withoutScheme } from '../deliveries/subscription-name';
import { counted, exactCount } from '../lib/numbers';

/** What a person calls a subscription: its description, or where it leads. */
export function nameOf({ description, target_url: url }: Pick<SubscriptionAnswer, 'description' | 'target_url'>) {
  return description === null || description === '' ? withoutScheme(url) : description;
}

const DISABLED: Readonly<Record<string, string>> = {
  gone: 'its receiver answered 410 Gone',
  failing: 'all attempts had failed for days',
};

/** Why the service disabled a subscription, as part of a sentence. */
export function disabledWords(reason: string | null): string {
  return DISABLED[reason ?? ''] ?? 'the service gave no reason';
}

/** `Nothing waits`, `48 deliveries wait`. */
export function waitingWords(waiting: number): string {
  if (waiting === 0) return 'Nothing waits';
  return waiting === 1 ? 'One delivery waits' : `${exactCount(waiting)} deliveries wait`;
}

/** How a subscription does, in a sentence. The service says it, but in terms of requests where people have buttons. */
export function sentenceOf({ state, disabled_reason: reason, health }: SubscriptionAnswer): string {
  const { waiting, summary } = health;
  switch (state) {
    case 'paused':
      return waiting === 0
        ? 'It is paused: what is published for it waits until it is resumed.'
        : `It is paused: ${waitingWords(waiting).toLowerCase()} until it is resumed.`;
    case 'disabled':
      return [
        `It was disabled because ${disabledWords(reason)}.`,
        ...(waiting > 0 ? [`${counted(waiting, 'delivery is', 'deliveries are')} held until it is enabled.`] : []),
        'It gets no new events until then; what it misses can be sent afterwards.',
      ].join(' ');
    case 'active':
      return summary;
  }
}
