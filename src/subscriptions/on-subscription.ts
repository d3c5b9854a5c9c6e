import { Portal } from '../access/index.js';
import { SubscriptionNotFound } from './subscription.errors.js';

/**
 * Lets portal sessions with these capabilities call an operation on the subscription that the parameter `id` of its
 * path names. One that a session is not limited to does not exist for it.
 */
export const PortalOnSubscription = (...capabilities: Parameters<typeof Portal>[0]): MethodDecorator =>
  Portal(capabilities, { parameter: 'id', notFound: (id) => new SubscriptionNotFound(id) });
