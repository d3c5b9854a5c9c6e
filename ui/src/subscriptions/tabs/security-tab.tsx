import { KeyRound } from 'lucide-react';
import { lazy, type SubmitEvent, Suspense, useState } from 'react';
import { useMay } from '../../api/access';
import { Copyable } from '../../components/copyable';
import { Fact, Facts, Section } from '../../components/section';
import { Button } from '../../components/ui/button';
import { Checkbox } from '../../components/ui/field';
import { SaveBar } from '../save-bar';
import { SecretPanel } from '../secret-panel';
import type { TabProps } from '../tab-props';
import { UnsavedGuard } from '../unsaved-guard';
import { useEdited } from '../../lib/use-edited';
import { useSaving } from '../use-saving';
import { VerifyingCode } from '../verifying/verifying-code';

const ActionDialog = lazy(() => import('../dialogs/action-dialog'));

const SCHEMES = {
  v1: 'v1: HMAC-SHA256 with a shared secret',
  v1a: 'v1a: Ed25519; the receiver needs only the public key',
};

/** How a receiver knows that a delivery is ours: the secret, its rotation, and code that verifies. */
export default function SecurityTab({ subscription, search }: TabProps) {
  const [isRotating, setIsRotating] = useState(false);
  const mayRotate = useMay('subscriptions:write', 'secrets:read');
  const { id, signature_scheme: scheme, public_key: publicKey } = subscription;
  return (
    <div className="flex max-w-4xl flex-col gap-8">
      <Section
        title="Signing secret"
        aside={
          mayRotate && (
            <Button size="sm" onClick={() => setIsRotating(true)}>
              <KeyRound aria-hidden /> Rotate
            </Button>
          )
        }
      >
        <Facts>
          <Fact name="Scheme">{SCHEMES[scheme]}</Fact>
          {publicKey !== null && (
            <Fact name="Public key">
              <Copyable text={publicKey} what="public key" className="text-foreground" />
            </Fact>
          )}
        </Facts>
        <SecretPanel id={id} />
      </Section>
      <VerifyingCode scheme={scheme} publicKey={publicKey} language={search.language} />
      <SignedIngest subscription={subscription} />
      {isRotating && (
        <Suspense>
          <ActionDialog action="rotate" subscription={subscription} onClose={() => setIsRotating(false)} />
        </Suspense>
      )}
    </div>
  );
}

/** Whether those who publish to this subscription alone must sign, too. */
function SignedIngest({ subscription: { id, verify_ingest } }: Pick<TabProps, 'subscription'>) {
  const mayWrite = useMay('subscriptions:write');
  const form = useEdited({ verify_ingest });
  const saving = useSaving(id);
  const submit = (event: SubmitEvent): void => {
    event.preventDefault();
    if (form.isDirty) saving.save(form.value, () => form.settle(form.value));
  };
  return (
    <Section title="Publishing to it">
      <form onSubmit={submit}>
        <Checkbox
          label={<code>POST /ingest/{id}</code>}
          help="Refuse requests that are not signed with the secret of this subscription"
          disabled={!mayWrite}
          checked={form.value.verify_ingest}
          onChange={({ target }) => form.change({ verify_ingest: target.checked })}
        />
        {mayWrite && form.isDirty && <SaveBar isDirty saving={saving} shown={[]} onDiscard={form.reset} />}
      </form>
      <UnsavedGuard isDirty={form.isDirty} />
    </Section>
  );
}
