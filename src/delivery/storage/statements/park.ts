import { statement } from '../../../shared/database/statement.js';
import { KNOWN, PARKED, waitsAsKnown } from './fragments.js';

export const PARK = statement({
  name: 'park',
  servedBy: ['open_deliveries_pkey'],
  parameters: KNOWN,
  text: (p) => `update open_deliveries o set ${PARKED}
    where ${waitsAsKnown(p)}`,
});
