import { Link } from '@tanstack/react-router';
import { ArrowRight } from 'lucide-react';
import type { SubmitEvent } from 'react';
import { Button, buttonClass } from '../../components/ui/button';
import { Field, Input } from '../../components/ui/field';
import { takeFocus } from '../../lib/focus';
import { useStore } from '../../lib/store';
import { serverConfig } from '../../shell/config-store';
import type { NewDraft } from './new-draft';

interface WhereStepProps {
  readonly draft: NewDraft;
  readonly faults: Readonly<Record<string, string>>;
  readonly onChange: (part: Partial<NewDraft>) => void;
  readonly onNext: () => void;
}

/** Where deliveries go, and what people call it. */
export function WhereStep({ draft, faults, onChange, onNext }: WhereStepProps) {
  const { has_echo: hasEcho } = useStore(serverConfig);
  const submit = (event: SubmitEvent): void => {
    event.preventDefault();
    onNext();
  };
  return (
    <form onSubmit={submit} className="flex flex-col gap-6">
      <Field
        label="Target URL"
        help="http or https, at an address that the service may reach"
        fault={faults['/target_url']}
      >
        {(control) => (
          <Input
            {...control}
            ref={takeFocus}
            required
            type="url"
            className="h-10 font-mono"
            placeholder="https://example.com/webhooks"
            value={draft.target_url}
            onChange={({ target }) => onChange({ target_url: target.value })}
          />
        )}
      </Field>
      {hasEcho && <Echo onUse={(url) => onChange({ target_url: url, description: draft.description || 'Echo' })} />}
      <Field label="Name" help="Shown in lists in place of the URL. It may stay empty" fault={faults['/description']}>
        {(control) => (
          <Input
            {...control}
            className="h-10"
            placeholder="Billing"
            value={draft.description}
            onChange={({ target }) => onChange({ description: target.value })}
          />
        )}
      </Field>
      <div className="flex items-center justify-between gap-2">
        <Link to="/subscriptions" className={buttonClass({}, 'h-10 px-4')}>
          Cancel
        </Link>
        <Button type="submit" variant="primary" className="h-10 px-4">
          Next <ArrowRight aria-hidden />
        </Button>
      </div>
    </form>
  );
}

/** A receiver for those who have none yet. */
function Echo({ onUse }: { readonly onUse: (url: string) => void }) {
  const url = `${window.location.origin}/echo/demo`;
  return (
    <p className="-mt-3 flex flex-wrap items-center gap-x-3 gap-y-1 text-muted-foreground">
      No receiver yet?
      <Button size="sm" onClick={() => onUse(url)}>
        Use the echo receiver
      </Button>
      <span>
        It takes everything, and{' '}
        <a href={url} className="text-brand underline underline-offset-2">
          shows it
        </a>
        .
      </span>
    </p>
  );
}
