import { useQuery } from '@tanstack/react-query';
import { useMay } from '../api/access';
import { subscriptionsQuery } from '../api/queries';
import { Field, Input, Select } from '../components/ui/field';

interface SubscriptionFieldProps {
  readonly value: string;
  readonly fault: string | undefined;
  readonly isNeeded: boolean;
  readonly className?: string;
  readonly onChange: (id: string) => void;
}

/** A subscription by its name, where all of them are known; else by its id. */
export function SubscriptionField({ value, fault, isNeeded, className, onChange }: SubscriptionFieldProps) {
  const { data: page } = useQuery({ ...subscriptionsQuery, enabled: useMay('subscriptions:read') });
  const isComplete = page !== undefined && !page.has_more;
  const isKnown = page?.data.some(({ id }) => id === value) === true;
  return (
    <Field label="Subscription" help={isComplete ? undefined : 'Its id'} fault={fault} className={className}>
      {(control) =>
        isComplete ? (
          <Select {...control} required={isNeeded} value={value} onChange={({ target }) => onChange(target.value)}>
            <option value="">{isNeeded ? 'Choose one' : 'All'}</option>
            {value !== '' && !isKnown && <option value={value}>{value}</option>}
            {page.data.map(({ id, description, target_url: url, state }) => (
              <option key={id} value={id}>
                {description ?? url}
                {state === 'active' ? '' : ` (${state})`}
              </option>
            ))}
          </Select>
        ) : (
          <Input
            {...control}
            required={isNeeded}
            placeholder="sub_…"
            value={value}
            onChange={({ target }) => onChange(target.value)}
          />
        )
      }
    </Field>
  );
}
