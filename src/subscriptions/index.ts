export { AskingTenants } from './asking-tenants.js';
export { type DeliveryPolicy, effectivePolicy } from './domain/delivery-policy.js';
export {
  EVENT_TYPE_HINT,
  eventTypesOf,
  isEventType,
  isOperational,
  onlyEventType,
  OPERATIONAL_PREFIX,
  patternsWanting,
  wantedEventTypesOf,
  wants,
} from './domain/event-type-pattern.js';
export { readTargetHost, targetHostOf } from './domain/target-host.js';
export { type Audience, WANTS_EVENT } from './audience.js';
export { EVENT_PATTERN_SCHEMA, EVENT_TYPE_SCHEMA, IsEventPattern, IsEventType } from './dto/event-type.js';
export { IsTargetHost, TARGET_HOST_SCHEMA } from './dto/target-host.js';
export type { PublishTarget } from './publish-target.js';
export { liveSecrets, type SealedAuth, type SealedHeaders, type SealedSecret } from './domain/sealed.js';
export { stateFrom, SUBSCRIPTION_STATE, type SubscriptionState, whyDisabled } from './domain/subscription-state.js';
export { type Receiver, Receivers } from './receivers.js';
export { PublishTargets } from './publish-targets.js';
export { type SubscriptionAnswer } from './dto/subscription-answer.js';
export {
  type DetailedSubscriptionHealthAnswer,
  type SubscriptionHealthAnswer,
  type HealthPeriodAnswer,
} from './dto/subscription-health.js';
export type { Held } from './domain/revival.js';
export { SUBSCRIPTION_TARGETS } from './subscription-targets.js';
export { NO_DELIVERY_REASONS, type NoDeliveryReason, type PastEvent } from './domain/no-delivery-reasons.js';
export { PortalOnSubscription } from './on-subscription.js';
export { SubscriptionNotFound } from './subscription.errors.js';
export { SubscriptionDisabling } from './subscription-disabling.js';
export { type HealthSource, SubscriptionHealth } from './subscription-health.js';
export { Reencryption } from './reencryption.js';
export { headersWithout, SubscriptionVault } from './subscription-vault.js';
export { type ExplainedSubscription, SubscriptionVersions } from './subscription-versions.js';
export { SubscriptionsService } from './subscriptions.service.js';
export { SubscriptionsApiModule } from './subscriptions-api.module.js';
export { SubscriptionsModule } from './subscriptions.module.js';
