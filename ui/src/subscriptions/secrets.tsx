import { Eye, EyeOff } from 'lucide-react';
import { useState } from 'react';
import type { SecretsAnswer } from '../api/generated';
import { Copyable } from '../components/copyable';
import { Fact, Facts } from '../components/section';
import { Countdown } from '../components/time';
import { Button } from '../components/ui/button';
import { localTime } from '../lib/times';

/** The secret, each former one that still signs with its end, and the public key. Texts are masked until asked for. */
export function Secrets({
  secrets,
  isShownAtFirst = false,
}: {
  readonly secrets: SecretsAnswer;
  readonly isShownAtFirst?: boolean;
}) {
  const { previous } = secrets;
  const [last] = previous
    .map(({ expires_at: at }) => at)
    .toSorted()
    .slice(-1);
  return (
    <div className="flex flex-col gap-3">
      <Facts>
        <Fact name="Secret">
          <SecretText text={secrets.secret} isShownAtFirst={isShownAtFirst} />
        </Fact>
        {secrets.public_key !== null && (
          <Fact name="Public key">
            <Copyable text={secrets.public_key} what="public key" className="text-foreground" />
          </Fact>
        )}
        {previous.map((each) => (
          <Fact key={each.secret} name="Former secret">
            <Former secret={each} />
          </Fact>
        ))}
      </Facts>
      <p className="text-muted-foreground">
        {last === undefined ? (
          'It alone signs.'
        ) : (
          <>
            Deliveries carry a signature of each until {localTime(last).replace(/\.\d{3}$/, '')},{' '}
            <Countdown at={last} isRough />. Give the receiver the new one before that.
          </>
        )}
      </p>
    </div>
  );
}

function Former({ secret }: { readonly secret: SecretsAnswer['previous'][number] }) {
  return (
    <>
      <SecretText text={secret.secret} />
      <span className="text-muted-foreground">
        ends <Countdown at={secret.expires_at} isRough />
      </span>
    </>
  );
}

function SecretText({ text, isShownAtFirst = false }: { readonly text: string; readonly isShownAtFirst?: boolean }) {
  const [isShown, setIsShown] = useState(isShownAtFirst);
  const Icon = isShown ? EyeOff : Eye;
  return (
    <>
      <Copyable text={text} what="secret" label={isShown ? text : masked(text)} className="text-foreground" />
      <Button variant="ghost" size="sm" className="-my-1" onClick={() => setIsShown(!isShown)}>
        <Icon aria-hidden /> {isShown ? 'Hide' : 'Show'}
      </Button>
    </>
  );
}

/** Only what says the kind of a secret is shown of it. */
function masked(text: string): string {
  return `${/^(whsec_|whsk_)?/.exec(text)?.[0] ?? ''}••••••••••••`;
}
