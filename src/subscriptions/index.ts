export { type DeliveryPolicy, effectivePolicy } from './domain/delivery-policy.js';
export { isEventType, onlyEventType, wants } from './domain/event-type-pattern.js';
export type { PublishTarget } from './publish-target.js';
export type { SealedSecret } from './subscription.entity.js';
export { SubscriptionNotFound } from './subscription.errors.js';
export { SubscriptionsService } from './subscriptions.service.js';
export { SubscriptionsApiModule } from './subscriptions-api.module.js';
export { SubscriptionsModule } from './subscriptions.module.js';
