import type { QueryClient } from '@tanstack/react-query';
import { access } from '../api/access';
import { readAgain } from '../api/query-client';
import { routesFor } from './portal-screens';
import type { PortalSession } from './portal-session';
import { showTheme } from './portal-theme';
import { routes } from './routing/place';
import { remember } from './tab-memory';

/** What the session allows decides what is shown, each time that it begins or is renewed. */
export function followSession({ view }: Pick<PortalSession, 'view'>, queryClient: QueryClient): void {
  view.subscribe(() => {
    const { phase, terms } = view.get();
    if (phase !== 'open' || terms === null) return;
    const { capabilities, tenant_id, return_url, refresh_url, theme } = terms;
    access.set({ state: 'signed-in', role: null, tenantId: tenant_id, abilities: capabilities });
    routes.set(routesFor(capabilities));
    showTheme(theme);
    remember({ tenant_id, return_url, refresh_url, left: null });
    readAgain(queryClient);
  });
}
