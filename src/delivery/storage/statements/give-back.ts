import { statement } from '../../../shared/database/statement.js';
import { KNOWN, waitsAsKnown } from './fragments.js';

export const GIVE_BACK = statement({
  name: 'give_back',
  servedBy: ['open_deliveries_pkey'],
  parameters: KNOWN,
  text: (p) => `update open_deliveries o set next_attempt_at = now()
    where ${waitsAsKnown(p)}`,
});
