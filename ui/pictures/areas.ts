import type { Area, Shot } from './area.ts';
import { DELIVERIES_AREA } from './areas/deliveries.ts';
import { HOME_AREA } from './areas/home.ts';
import { PORTAL_AREA } from './areas/portal.ts';

/** All parts of the dashboard. A new one is a line here. */
const AREAS: readonly Area[] = [HOME_AREA, DELIVERIES_AREA, PORTAL_AREA];

export const SHOTS: readonly Shot[] = AREAS.flatMap(({ shots }) => shots);
export const SAMPLES: Area['answers'] = Object.assign({}, ...AREAS.map(({ answers }) => answers)) as Area['answers'];
