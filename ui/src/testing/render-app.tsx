import { type QueryClient, QueryClientProvider } from '@tanstack/react-query';
import { createMemoryHistory, RouterProvider } from '@tanstack/react-router';
import { render, type RenderResult } from '@testing-library/preact';
import { ABILITIES_OF_ALL } from './samples';
import { access } from '../api/access';
import { setUpClient } from '../api/client';
import { makeQueryClient } from '../api/query-client';
import { makeRouter } from '../router';

setUpClient();

interface RenderedApp extends RenderResult {
  readonly url: () => string;
  readonly state: () => object;
  readonly queryClient: QueryClient;
  readonly router: ReturnType<typeof makeRouter>;
}

/** The whole page at a URL, open to this machine. */
export function renderApp(url: string): RenderedApp {
  access.set({ state: 'open', role: 'admin', tenantId: null, abilities: ABILITIES_OF_ALL });
  const router = makeRouter(createMemoryHistory({ initialEntries: [`/ui${url}`] }));
  const queryClient = makeQueryClient();
  const view = render(
    <QueryClientProvider client={queryClient}>
      <RouterProvider router={router} />
    </QueryClientProvider>,
  );
  return {
    ...view,
    queryClient,
    router,
    url: () => router.state.location.href.replace(/^\/ui/, ''),
    state: () => router.state.location.state,
  };
}
