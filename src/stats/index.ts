export { attemptsBySubscription } from './statements/attempts-by-subscription.js';
export {
  type AttemptNumbers,
  attemptsOf,
  lastSuccessOf,
  p95Of,
  waitingOf,
  type WaitingNumbers,
} from './statements/of-subscriptions.js';
export { CLOSED_UNTIL, readSummed, SUMMED_FROM_HOUR } from './statements/progress.js';
export { StatsModule } from './stats.module.js';
export { summedByHour } from './statements/summed-by-hour.js';
export { SummingModule } from './summing.module.js';
