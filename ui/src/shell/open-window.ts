import { Store } from '../lib/store';

/** The window that is open over the page. */
export const openWindow = new Store<'palette' | 'shortcuts' | null>(null);
