import './verify.css';
import { useLocation } from '@tanstack/react-router';
import { ShieldCheck } from 'lucide-react';
import { useDeferredValue, useEffect, useState } from 'react';
import { Notice } from '../components/states';
import { Button } from '../components/ui/button';
import { Field, TextArea } from '../components/ui/field';
import { nowMs, useNow } from '../lib/clock';
import { canSign } from '../lib/sign';
import { Screen } from '../shell/screen';
import { exampleWebhook } from './example';
import { SecretField } from './secret-field';
import { Verdict } from './verdict';
import { readVerifyState } from './verify-state';
import { type Given, type Verification, verifyWebhook } from './verify-webhook';

/** Says why a webhook does not verify, in the browser alone: nothing that is pasted here leaves the page. */
export default function VerifyScreen() {
  const { state, pathname } = useLocation();
  return (
    <Screen title="Verify">
      <div className="h-full overflow-y-auto">
        {canSign() ? (
          // What another screen hands over begins anew.
          <Verifying key={`${pathname} ${state.__TSR_key ?? ''}`} handedOver={readVerifyState(state)} />
        ) : (
          <Notice title="This needs https">
            <p>Browsers offer cryptography only to pages that came over https, or from this machine.</p>
          </Notice>
        )}
      </div>
    </Screen>
  );
}

function Verifying({ handedOver }: { readonly handedOver: Omit<Given, 'secret'> }) {
  const [given, setGiven] = useState<Given>({ ...handedOver, secret: '' });
  const change = (part: Partial<Given>): void => setGiven((before) => ({ ...before, ...part }));
  const { verification, failure } = useVerification(given);
  const isEmpty = given.headers === '' && given.body === '' && given.secret === '';
  return (
    <div className="verify-layout">
      <form
        aria-label="What was received"
        className="flex min-w-0 flex-col gap-4"
        onSubmit={(event) => event.preventDefault()}
      >
        <Field label="Headers" help="As lines, as JSON, or as options of curl">
          {(control) => (
            <TextArea
              {...control}
              rows={5}
              value={given.headers}
              placeholder={'webhook-id: evt_…\nwebhook-timestamp: 1769860800\nwebhook-signature: v1,…'}
              onChange={({ target }) => change({ headers: target.value })}
            />
          )}
        </Field>
        <Field label="Body" help="The bytes as they arrived, before anything parsed them">
          {(control) => (
            <TextArea
              {...control}
              rows={10}
              value={given.body}
              placeholder={'{"order":42}'}
              onChange={({ target }) => change({ body: target.value })}
            />
          )}
        </Field>
        <SecretField secret={given.secret} onChange={(secret) => change({ secret })} />
      </form>
      <div className="flex min-w-0 flex-col gap-4">
        {isEmpty ? (
          <Beginning onExample={() => void exampleWebhook().then(setGiven)} />
        ) : failure !== null ? (
          <p role="alert" className="text-destructive">
            {failure}
          </p>
        ) : (
          verification !== null && <Verdict verification={verification} />
        )}
      </div>
    </div>
  );
}

function Beginning({ onExample }: { readonly onExample: () => void }) {
  return (
    <Notice
      icon={<ShieldCheck aria-hidden className="size-5 text-muted-foreground" />}
      title="Why does a webhook not verify?"
    >
      <p className="text-pretty">
        Paste what your receiver got. You see which step fails, and the mistake behind it. Nothing leaves this page.
      </p>
      <Button onClick={onExample}>Fill in an example</Button>
    </Notice>
  );
}

/** How often the age of the timestamp is judged anew. */
const AGE_STEP_MS = 30_000;

function useVerification(given: Given): { verification: Verification | null; failure: string | null } {
  const shown = useDeferredValue(given);
  const step = useNow(AGE_STEP_MS);
  const [result, setResult] = useState<{ verification: Verification | null; failure: string | null }>({
    verification: null,
    failure: null,
  });
  useEffect(() => {
    let isCurrent = true;
    const tell = (verification: Verification | null, failure: string | null): void => {
      if (isCurrent) setResult({ verification, failure });
    };
    verifyWebhook(shown, nowMs()).then(
      (verification) => tell(verification, null),
      () => tell(null, 'This browser cannot verify such signatures. Current versions of all browsers can.'),
    );
    return () => {
      isCurrent = false;
    };
  }, [shown, step]);
  return result;
}
