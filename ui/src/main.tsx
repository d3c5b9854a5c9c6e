import './styles.css';
import './lib/effects';
import { CSPProvider } from '@base-ui/react/csp-provider';
import { QueryClientProvider } from '@tanstack/react-query';
import { RouterProvider } from '@tanstack/react-router';
import { StrictMode } from 'react';
import { createRoot } from 'react-dom/client';
import { beginAccess, tenant } from './api/access';
import { setUpClient } from './api/client';
import { makeQueryClient } from './api/query-client';
import { readServerConfig } from './api/server-config';
import { loadAfterFirstData } from './lib/after-first-data';
import { followLive } from './live/live';
import { makeRouter } from './router';
import { serverConfig } from './shell/config-store';
import { followTheme } from './shell/theme';

const queryClient = makeQueryClient();

followTheme();
setUpClient();
// What was read belongs to one tenant.
tenant.subscribe(() => queryClient.clear());
const config = await readServerConfig();
serverConfig.set(config);
await beginAccess();
followLive(queryClient);

const root = document.getElementById('root');
if (root === null) throw new Error('The page has no root');
createRoot(root).render(
  <StrictMode>
    <CSPProvider disableStyleElements>
      <QueryClientProvider client={queryClient}>
        <RouterProvider router={makeRouter()} />
      </QueryClientProvider>
    </CSPProvider>
  </StrictMode>,
);

// Ready when they are wanted.
loadAfterFirstData(queryClient, () =>
  Promise.all([
    import('./fonts.css'),
    import('./components/ui/popover-panel'),
    import('./components/ui/menu-panel'),
    // The file may be gone by the time that the session ends.
    import('./shell/sign-in-over'),
  ]),
);
