import type { Area, Shot } from './area.ts';
import { ADMIN_AREA } from './areas/admin.ts';
import { DELIVERIES_AREA } from './areas/deliveries.ts';
import { EVENTS_AREA } from './areas/events.ts';
import { HOME_AREA } from './areas/home.ts';
import { LIVE_AREA } from './areas/live.ts';
import { PORTAL_AREA } from './areas/portal.ts';
import { REPLAYS_AREA } from './areas/replays.ts';
import { SUBSCRIPTIONS_AREA } from './areas/subscriptions.ts';

/** All parts of the dashboard. A new one is a line here. */
const AREAS: readonly Area[] = [
  HOME_AREA,
  DELIVERIES_AREA,
  ADMIN_AREA,
  SUBSCRIPTIONS_AREA,
  LIVE_AREA,
  REPLAYS_AREA,
  EVENTS_AREA,
  PORTAL_AREA,
];

export const SHOTS: readonly Shot[] = AREAS.flatMap(({ shots }) => shots);
export const SAMPLES: Area['answers'] = Object.assign({}, ...AREAS.map(({ answers }) => answers)) as Area['answers'];
