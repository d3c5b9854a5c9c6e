import { useNavigate, useSearch } from '@tanstack/react-router';
import { useCallback } from 'react';
import { access } from '../api/access';
import { useStore } from '../lib/store';
import type { AdminSearch } from './admin-search';

export interface Admin {
  readonly search: AdminSearch & { readonly tenant?: string };
  /** The tenant that the screen is about, where it is about one. */
  readonly tenantId: string;
  /** Whether the key is for all tenants. Only such keys make tenants and see the system. */
  readonly isForAll: boolean;
  /** Changes the URL, which is the state of the screen. */
  readonly go: (change: AdminSearch, replace?: boolean) => void;
  /** Closes whatever is open over the list. */
  readonly close: () => void;
}

export function useAdmin(): Admin {
  const search = useSearch({ from: '/admin' });
  const navigate = useNavigate();
  const who = useStore(access);
  const go = useCallback(
    (change: AdminSearch, replace = false) =>
      void navigate({ to: '/admin', search: (all) => ({ ...all, ...change }), replace }),
    [navigate],
  );
  const close = useCallback(() => go({ open: undefined, new: undefined }), [go]);
  const own = who.state === 'signed-out' ? null : who.tenantId;
  return { search, tenantId: search.tenant ?? own ?? 'default', isForAll: own === null, go, close };
}
