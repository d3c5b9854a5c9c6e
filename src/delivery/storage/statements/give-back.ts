import { statement } from '../../../shared/database/statement.js';
import { WAKE_UP_PARAMETERS, isWakeable } from './fragments.js';

/** Makes pending deliveries due at once. */
export const GIVE_BACK = statement({
  name: 'give_back',
  servedBy: ['open_deliveries_pkey'],
  parameters: WAKE_UP_PARAMETERS,
  text: (p) => `update open_deliveries o set next_attempt_at = now()
    where ${isWakeable(p)}`,
});
