import { useQuery } from '@tanstack/react-query';
import { Eye } from 'lucide-react';
import { useState } from 'react';
import { useMay } from '../api/access';
import { Failed, Skeleton } from '../components/states';
import { Button } from '../components/ui/button';
import { secretQuery } from './queries';
import { Secrets } from './secrets';

/** The secret of a subscription, read once somebody asks for it. */
export function SecretPanel({ id }: { readonly id: string }) {
  const mayRead = useMay('secrets:read');
  const [isAsked, setIsAsked] = useState(false);
  const { data, error, refetch } = useQuery(secretQuery(id, isAsked && mayRead));
  if (!mayRead) return <p className="text-muted-foreground">You may not read the secret of this subscription.</p>;
  if (data !== undefined && isAsked) return <Secrets secrets={data} isShownAtFirst />;
  if (!isAsked)
    return (
      <div className="flex flex-wrap items-center gap-3">
        <code aria-hidden className="text-muted-foreground">
          ••••••••••••••••••••••••
        </code>
        <Button onClick={() => setIsAsked(true)}>
          <Eye aria-hidden /> Show the secret
        </Button>
        <span className="text-xs text-muted-foreground">The audit log records who reads it.</span>
      </div>
    );
  return error === null ? <Skeleton lines={2} /> : <Failed error={error} onRetry={() => void refetch()} />;
}
