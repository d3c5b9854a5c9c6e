export { attemptsBySubscription } from './statements/attempts-by-subscription.js';
export {
  type AttemptNumbers,
  SubscriptionStatsRepository,
  type WaitingNumbers,
} from './answers/subscription-stats.repository.js';
export { CLOSED_UNTIL, readSummed, SUMMED_FROM_HOUR } from './statements/progress.js';
export { StatsModule } from './stats.module.js';
export { summedByHour } from './statements/summed-by-hour.js';
export { SummingModule } from './summing.module.js';
