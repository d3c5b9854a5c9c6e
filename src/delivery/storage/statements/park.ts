import { statement } from '../../../shared/database/statement.js';
import { WAKE_UP_PARAMETERS, PARK_ASSIGNMENTS, isWakeable } from './fragments.js';

export const PARK = statement({
  name: 'park',
  servedBy: ['open_deliveries_pkey'],
  parameters: WAKE_UP_PARAMETERS,
  text: (p) => `update open_deliveries o set ${PARK_ASSIGNMENTS}
    where ${isWakeable(p)}`,
});
