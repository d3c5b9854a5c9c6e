export { DeliveryHistory } from './delivery-history.js';
export type { DeliveryFilter } from './delivery-history.repository.js';
export { DeliveryWakeUps } from './delivery-wake-ups.js';
export { DeliveryModule } from './delivery.module.js';
export { DELIVERY_STATUSES, type DeliveryStatus } from './domain/delivery-state.js';
export { DeliveryAnswer, DeliveryPage, DeliveryWithAttemptsAnswer } from './dto/delivery-answer.js';
export { DeliveryQueue } from './queue/delivery-queue.js';
export { DeliveryQueueModule } from './queue/delivery-queue.module.js';
