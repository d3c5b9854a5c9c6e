export { DeliveryNotFound } from './api/delivery.errors.js';
export { DeliveryHistory } from './api/delivery-history.js';
export { DeliveryAnswer, DeliveryWithAttemptsAnswer } from './api/dto/delivery-answer.js';
export { DeliveryModule } from './delivery.module.js';
export { DeliveryQueue } from './queue/delivery-queue.js';
export { DeliveryQueueModule } from './queue/delivery-queue.module.js';
export { DeliveryWakeUps } from './queue/delivery-wake-ups.js';
export { finishedByHour, unfinishedByHour } from './storage/statements/deliveries-by-hour.js';
export { openDeliveries } from './storage/statements/open-deliveries.js';
