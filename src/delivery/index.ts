export { NotAttempted } from './attempt/http/webhook-sender.js';
export { type ProbeLine, ReceiverProbes } from './attempt/http/receiver-probes.js';
export { type FirstAttempt, FirstAttempts, type Hindrance } from './api/first-attempts.js';
export { DeliveryNotFound } from './api/delivery.errors.js';
export { DeliveryExplanations, type ExplainedDelivery, totalOf } from './api/delivery-explanations.js';
export { DeliveryHistory } from './api/delivery-history.js';
export {
  AttemptAnswer,
  DeliveryAnswer,
  DeliveryWithAttemptsAnswer,
  ExchangeAnswer,
} from './api/dto/delivery-answer.js';
export { DELIVERY_STATUSES, type DeliveryStatus } from './domain/delivery-state.js';
export type { Outcomes } from './storage/delivery-circumstances.repository.js';
export { EventQuery } from './api/dto/delivery-query.js';
export { HistorySearch } from './api/history-search.js';
export {
  FINAL_STATUSES,
  type FinalStatus,
  finishedFilter,
  missingFilter,
  type ReplayFields,
} from './api/replay-filter.js';
export { ReplayedDeliveries, type ShownMatch } from './api/replayed-deliveries.js';
export { ATTEMPT_ERROR_CODES, type AttemptErrorCode, OWN_ERROR_CODES } from './domain/attempt-outcome.js';
export type { HistoryFilter } from './domain/history-filter.js';
export type { OpenedDelivery, ReplayMatch, ReplayReceiver } from './domain/replayed-delivery.js';
export { ReplayedDeliveriesModule } from './replayed-deliveries.module.js';
export { DeliveryModule } from './delivery.module.js';
export { DeliveryQueue } from './queue/delivery-queue.js';
export { DeliveryQueueModule } from './queue/delivery-queue.module.js';
export { DeliveryWakeUps } from './queue/delivery-wake-ups.js';
export { finishedByHour, repeatedByHour, unfinishedByHour } from './storage/statements/deliveries-by-hour.js';
export { deliveryRows, finishedRows, recordedRows, repeatedRows, WAITING } from './storage/statements/summed-rows.js';
export { STATE } from './domain/delivery-state.js';
export type { ActiveSubscription } from './domain/arriving-delivery.js';
export type { Certificate, Probe, ProbeAnswer } from './domain/probe.js';
export { FORGET_LANES, lanesOf, type LaneTotals } from './storage/statements/busy-lanes.js';
export { HAS_SUCCEEDED } from './storage/statements/has-succeeded.js';
export {
  MAX_COUNTED,
  type WaitingDeliveries,
  waitingDeliveriesOf,
} from './storage/statements/unfinished-deliveries.js';
export { HandOver, type Reservation } from './queue/hand-over.js';
export { leaseParameters } from './storage/lease-parameters.js';
export { LEASE_PARAMETERS } from './storage/statements/fragments.js';
export { activeSubscriptions, openClaimedDeliveries, openDeliveries } from './storage/statements/open-deliveries.js';
