import { useQuery } from '@tanstack/react-query';
import { Eye, EyeOff } from 'lucide-react';
import { useState } from 'react';
import { useMay } from '../api/access';
import { answerOf } from '../api/failure';
import { getSubscriptionSecret, type SecretsAnswer } from '../api/generated';
import { subscriptionsQuery } from '../api/queries';
import { Button } from '../components/ui/button';
import { Field, Input, Select } from '../components/ui/field';

interface SecretFieldProps {
  readonly secret: string;
  readonly onChange: (secret: string) => void;
}

/** The secret, hidden until somebody wants to see it. It can be that of a subscription, for those who may read it. */
export function SecretField({ secret, onChange }: SecretFieldProps) {
  const [isShown, setIsShown] = useState(false);
  const mayUse = useMay('secrets:read', 'subscriptions:read');
  return (
    <div className="flex flex-col gap-4">
      {mayUse && <SubscriptionField onSecret={onChange} />}
      <Field
        label="Secret or public key"
        help="whsec_… or whpk_…; while a secret is being rotated, both, with a space between. It stays in this page."
      >
        {(control) => (
          <div className="flex gap-2">
            <Input
              {...control}
              type={isShown ? 'text' : 'password'}
              value={secret}
              onChange={({ target }) => onChange(target.value)}
              className="font-mono"
            />
            <Button
              size="icon"
              aria-label={isShown ? 'Hide the secret' : 'Show the secret'}
              aria-pressed={isShown}
              onClick={() => setIsShown(!isShown)}
            >
              {isShown ? <EyeOff aria-hidden /> : <Eye aria-hidden />}
            </Button>
          </div>
        )}
      </Field>
    </div>
  );
}

function SubscriptionField({ onSecret }: { readonly onSecret: (secret: string) => void }) {
  const { data: page } = useQuery(subscriptionsQuery);
  const [chosen, setChosen] = useState('');
  const [fault, setFault] = useState<string | null>(null);
  const subscriptions = page?.data ?? [];
  if (subscriptions.length === 0) return null;
  const choose = async (id: string): Promise<void> => {
    setChosen(id);
    setFault(null);
    if (id === '') return;
    try {
      onSecret(secretsOf(await answerOf(getSubscriptionSecret({ path: { id } }))));
    } catch (error) {
      setFault(error instanceof Error ? error.message : 'The secret could not be read.');
    }
  };
  return (
    <Field label="Subscription" fault={fault} help="Fills in its secret, or its public key">
      {(control) => (
        <Select {...control} value={chosen} onChange={({ target }) => void choose(target.value)}>
          <option value="">Another, whose secret I have</option>
          {subscriptions.map(({ id, description, target_url: url }) => (
            <option key={id} value={id}>
              {description ?? url}
            </option>
          ))}
        </Select>
      )}
    </Field>
  );
}

/** What a receiver verifies with now: the present key, and those that still sign beside it. */
function secretsOf({ previous, ...present }: SecretsAnswer): string {
  return [present, ...previous].map(({ secret, public_key: publicKey }) => publicKey ?? secret).join(' ');
}
