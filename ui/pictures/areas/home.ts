import type { Area } from '../area.ts';
import { HEALTH, LEDGER, SESSION } from '../sample-data.ts';
import { statsFor } from '../sample-stats.ts';

/** The first screen, and what is around every one. */
export const HOME_AREA: Area = {
  shots: [
    { name: 'home', path: '/' },
    { name: 'palette', path: '/deliveries', act: (page) => page.keyboard.press('Control+k') },
    { name: 'keys', path: '/deliveries', act: (page) => page.keyboard.type('?') },
    { name: 'sign-in', path: '/', isOpen: false },
  ],
  answers: {
    '/session': () => ({ json: SESSION }),
    '/stats': (query) => ({ json: statsFor(query) }),
    '/ledger': () => ({ json: LEDGER }),
    '/health': () => ({ json: HEALTH }),
  },
};
