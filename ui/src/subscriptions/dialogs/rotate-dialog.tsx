import { useQueryClient } from '@tanstack/react-query';
import { type SubmitEvent, useState } from 'react';
import { answerOf, faultsOf } from '../../api/failure';
import { type RotatedSecretsAnswer, rotateSubscriptionSecret, type SecretRotation } from '../../api/generated';
import { Button } from '../../components/ui/button';
import { Dialog } from '../../components/ui/dialog';
import { Field, Select } from '../../components/ui/field';
import { noteRotation } from '../queries';
import { SecretInput } from '../secret-input';
import { Secrets } from '../secrets';
import type { SubscriptionAnswer } from '../subscription-answer';
import { nameOf } from '../words';

/** Seconds for which the present secret goes on signing. */
const OVERLAPS = [
  [0, 'Ends now: whoever has it may no longer sign'],
  [3600, 'Signs for another hour'],
  [86_400, 'Signs for another day'],
  [604_800, 'Signs for another 7 days'],
] as const;
const DAY_S = 86_400;

interface RotateDialogProps {
  readonly subscription: SubscriptionAnswer;
  readonly onClose: () => void;
}

/** Makes a new signing secret, and shows it when asked. */
export function RotateDialog({ subscription, onClose }: RotateDialogProps) {
  const [rotated, setRotated] = useState<RotatedSecretsAnswer | null>(null);
  const name = nameOf(subscription);
  return (
    <Dialog open onClose={onClose} title={`Rotate the secret of ${name}`} className="max-w-lg">
      <div className="flex flex-col gap-4 overflow-y-auto p-6">
        <h2 aria-hidden className="text-base font-semibold">
          {rotated === null ? `Rotate the secret of ${name}` : 'The secret is rotated'}
        </h2>
        {rotated === null ? (
          <RotationForm subscription={subscription} onRotated={setRotated} onClose={onClose} />
        ) : (
          <Rotated rotated={rotated} onClose={onClose} />
        )}
      </div>
    </Dialog>
  );
}

interface RotationFormProps extends RotateDialogProps {
  readonly onRotated: (rotated: RotatedSecretsAnswer) => void;
}

/** What is asked for, and what the service says to it. */
function useRotation(
  id: string,
  current: SecretRotation['signature_scheme'],
  onRotated: RotationFormProps['onRotated'],
) {
  const queryClient = useQueryClient();
  const [overlap, setOverlap] = useState<number>(DAY_S);
  const [scheme, setScheme] = useState(current);
  const [own, setOwn] = useState('');
  const [error, setError] = useState<unknown>(null);
  const [isRotating, setIsRotating] = useState(false);
  const rotate = async (event: SubmitEvent): Promise<void> => {
    event.preventDefault();
    setIsRotating(true);
    setError(null);
    // The prefix of an own secret says the scheme.
    const body: SecretRotation = { overlap, ...(own === '' ? { signature_scheme: scheme } : { secret: own }) };
    try {
      const rotated = await answerOf(rotateSubscriptionSecret({ path: { id }, body }));
      noteRotation(queryClient, id);
      onRotated(rotated);
    } catch (refusal) {
      setError(refusal);
      setIsRotating(false);
    }
  };
  return { overlap, setOverlap, scheme, setScheme, own, setOwn, error, isRotating, rotate };
}

function RotationForm({ subscription: { id, signature_scheme: current }, onRotated, onClose }: RotationFormProps) {
  const { overlap, setOverlap, scheme, setScheme, own, setOwn, error, ...rotation } = useRotation(
    id,
    current,
    onRotated,
  );
  const faults = faultsOf(error);
  return (
    <form className="flex flex-col gap-4" onSubmit={(event) => void rotation.rotate(event)}>
      <p className="text-muted-foreground">
        Deliveries carry both signatures while both secrets sign, so the receiver can change over at any time until
        then.
      </p>
      <Field label="The present secret" fault={faults['/overlap']}>
        {(control) => (
          <Select {...control} value={overlap} onChange={({ target }) => setOverlap(Number(target.value))}>
            {OVERLAPS.map(([seconds, label]) => (
              <option key={seconds} value={seconds}>
                {label}
              </option>
            ))}
          </Select>
        )}
      </Field>
      <Field label="Scheme of the new one" fault={faults['/signature_scheme']}>
        {(control) => (
          <Select
            {...control}
            disabled={own !== ''}
            value={scheme}
            onChange={({ target }) => setScheme(target.value === 'v1a' ? 'v1a' : 'v1')}
          >
            <option value="v1">v1: HMAC-SHA256, a shared secret</option>
            <option value="v1a">v1a: Ed25519, the receiver has a public key</option>
          </Select>
        )}
      </Field>
      <Field label="A secret of yours" help="Empty: one is generated, which is best" fault={faults['/secret']}>
        {(control) => <SecretInput {...control} value={own} onChange={setOwn} />}
      </Field>
      {error !== null && Object.keys(faults).length === 0 && (
        <p role="alert" className="text-destructive">
          {error instanceof Error ? error.message : 'That did not work.'}
        </p>
      )}
      <div className="flex justify-end gap-2">
        <Button onClick={onClose}>Keep the present one</Button>
        <Button type="submit" variant="primary" disabled={rotation.isRotating}>
          Rotate
        </Button>
      </div>
    </form>
  );
}

function Rotated({ rotated, onClose }: { readonly rotated: RotatedSecretsAnswer; readonly onClose: () => void }) {
  return (
    <>
      <Secrets secrets={rotated} />
      {rotated.warnings?.map(({ code, detail }) => (
        <p key={code} className="text-warning">
          The secret {detail}.
        </p>
      ))}
      <Button variant="primary" onClick={onClose} className="self-end">
        Done
      </Button>
    </>
  );
}
