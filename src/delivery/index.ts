export { DeliveryHistory } from './api/delivery-history.js';
export type { DeliveryFilter } from './storage/delivery-history.repository.js';
export { DeliveryWakeUps } from './queue/delivery-wake-ups.js';
export { DeliveryModule } from './delivery.module.js';
export { DELIVERY_STATUSES, type DeliveryStatus } from './domain/delivery-state.js';
export { DeliveryAnswer, DeliveryPage, DeliveryWithAttemptsAnswer } from './api/dto/delivery-answer.js';
export { DeliveryQueue } from './queue/delivery-queue.js';
export { openDeliveries } from './storage/statements/open-deliveries.js';
export { DeliveryQueueModule } from './queue/delivery-queue.module.js';
