import { useEffect } from 'react';
import { access } from '../api/access';
import { useStore } from '../lib/store';
import type { Screen as DashboardScreen } from '../shell/screen';
import { placesFor } from './portal-screens';

/**
 * What every screen has in the portal: its title, unless the navigation above says the same. The build of the portal
 * puts it in place of the screen of the dashboard.
 */
export const Screen: typeof DashboardScreen = ({ title, children }) => {
  const who = useStore(access);
  useEffect(() => {
    document.title = `${title} · Webhooks`;
  }, [title]);
  const isSaid = who.state !== 'signed-out' && placesFor(who.abilities).some(({ label }) => label === title);
  return (
    <div className="flex h-full min-w-0 flex-col">
      <h1 className={isSaid ? 'sr-only' : 'shrink-0 px-6 pt-4 pb-1 text-lg font-semibold max-md:px-4'}>{title}</h1>
      <div className="min-h-0 flex-1">{children}</div>
    </div>
  );
};
