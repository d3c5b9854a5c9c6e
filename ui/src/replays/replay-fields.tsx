import { useState } from 'react';
import { Button } from '../components/ui/button';
import { Checkbox, Field, Input, Select, TextArea } from '../components/ui/field';
import { STATUSES } from '../components/status';
import { ERROR_CODES, errorWords } from '../deliveries/filters';
import { counted } from '../lib/numbers';
import { FINISHED, idsIn, KINDS, kindOf, type ReplayForm, statusesOf, takes } from './replay-form-state';
import { SubscriptionField } from './subscription-field';
import { TimeField } from './time-field';

interface ReplayFieldsProps {
  readonly form: ReplayForm;
  /** By the name of the field in the API. */
  readonly faults: Readonly<Record<string, string>>;
  readonly isCountable: boolean;
  readonly onChange: (change: ReplayForm) => void;
}

type PartProps = Omit<ReplayFieldsProps, 'isCountable'>;

/** What to send again, how fast, and the button that counts it. */
export function ReplayFields({ isCountable, ...props }: ReplayFieldsProps) {
  const { form, faults, onChange } = props;
  const kind = kindOf(form);
  return (
    <>
      <KindField {...props} />
      {kind === 'status' && <StatusField {...props} />}
      {kind === 'selected' ? <IdsField {...props} /> : <FilterFields {...props} />}
      <Field
        label="Deliveries a second"
        help="At most. The receiver's other deliveries come first."
        fault={faults.rate}
        className="max-w-64"
      >
        {(control) => (
          <Input
            {...control}
            type="number"
            min="0.01"
            step="any"
            placeholder="As the service is set"
            value={form.rate ?? ''}
            onChange={({ target }) => onChange({ rate: target.value })}
          />
        )}
      </Field>
      <div className="flex flex-wrap items-center gap-x-4 gap-y-2 border-t border-border pt-4">
        <Button type="submit" variant="primary" disabled={!isCountable}>
          Count what it would send
        </Button>
        <span className="text-muted-foreground">Nothing is sent by that.</span>
      </div>
    </>
  );
}

function KindField({ form, onChange }: PartProps) {
  const chosen = kindOf(form);
  return (
    <fieldset className="flex flex-col gap-2">
      <legend className="pb-2 font-medium">Send again</legend>
      {KINDS.map(({ kind, label, help }) => (
        <label key={kind} className="flex cursor-pointer items-start gap-2">
          <input
            type="radio"
            name="kind"
            checked={kind === chosen}
            onChange={() => onChange({ kind })}
            className="mt-0.75 size-3.5 shrink-0 accent-brand"
          />
          <span>
            {label}
            <span className="block text-xs text-muted-foreground">{help}</span>
          </span>
        </label>
      ))}
    </fieldset>
  );
}

function StatusField({ form, faults, onChange }: PartProps) {
  const chosen = statusesOf(form);
  const toggle = (status: (typeof FINISHED)[number]): void => {
    const next = FINISHED.filter((each) => (each === status ? !chosen.includes(each) : chosen.includes(each)));
    onChange({ kind: 'status', status: next.join(',') });
  };
  return (
    <fieldset className="flex flex-col gap-1">
      <legend className="pb-1 font-medium">Outcome</legend>
      <div className="flex flex-wrap gap-x-6 gap-y-2">
        {FINISHED.map((status) => (
          <Checkbox
            key={status}
            label={STATUSES[status].word}
            checked={chosen.includes(status)}
            onChange={() => toggle(status)}
          />
        ))}
      </div>
      {faults.statuses !== undefined && (
        <p role="alert" className="text-xs text-destructive">
          {faults.statuses}
        </p>
      )}
    </fieldset>
  );
}

function IdsField({ form, faults, onChange }: PartProps) {
  const text = form.delivery_ids ?? '';
  const count = idsIn(text).length;
  return (
    <Field
      label="Deliveries"
      help={`${counted(count, 'id')} found in it, of 1,000 at most. Copy ids in the list of deliveries: select, then Copy ids.`}
      fault={faults.delivery_ids}
    >
      {(control) => (
        <TextArea
          {...control}
          rows={8}
          placeholder="dlv_…"
          value={text.replaceAll(',', '\n')}
          onChange={({ target }) => onChange({ kind: 'selected', delivery_ids: target.value })}
        />
      )}
    </Field>
  );
}

/** What narrows it down. All of it must hold. */
function FilterFields({ form, faults, onChange }: PartProps) {
  const isMissing = kindOf(form) === 'missing';
  return (
    <div className="grid gap-x-4 gap-y-4 sm:grid-cols-2">
      <SubscriptionField
        value={form.subscription_id ?? ''}
        fault={faults.subscription_id}
        isNeeded={isMissing}
        className="sm:col-span-2"
        onChange={(id) => onChange({ subscription_id: id })}
      />
      <TimeField
        label="Since"
        help={isMissing ? 'Accepted then or later' : 'Empty for any time'}
        value={form.since}
        fault={faults.since}
        isNeeded={isMissing}
        onChange={(since) => onChange({ since })}
      />
      <TimeField
        label="Until"
        help="Empty for now"
        value={form.until}
        fault={faults.until}
        onChange={(until) => onChange({ until })}
      />
      <TextFields fields={MAIN} form={form} faults={faults} onChange={onChange} />
      <MoreFields form={form} faults={faults} onChange={onChange} />
    </div>
  );
}

const MAIN = [
  { name: 'event_type', label: 'Event type', placeholder: 'order.*' },
  { name: 'tag', label: 'Tag', placeholder: 'order-1234' },
] as const;
const MORE = [
  { name: 'event_id', label: 'Event', placeholder: 'evt_…' },
  { name: 'status_code', label: 'Last response', placeholder: '5xx' },
  { name: 'target_host', label: 'Host', placeholder: 'hooks.example.com' },
] as const;

interface TextFieldsProps extends PartProps {
  readonly fields: typeof MAIN | typeof MORE;
}

function TextFields({ fields, form, faults, onChange }: TextFieldsProps) {
  const kind = kindOf(form);
  return fields.map(({ name, label, placeholder }) =>
    takes(kind, name) ? (
      <Field key={name} label={label} fault={faults[name]}>
        {(control) => (
          <Input
            {...control}
            placeholder={placeholder}
            value={form[name] ?? ''}
            onChange={({ target }) => onChange({ [name]: target.value })}
          />
        )}
      </Field>
    ) : null,
  );
}

/** What few need. It is open where something is filled in, or wrong. */
function MoreFields(props: PartProps) {
  const { form, faults, onChange } = props;
  const isUsed = [...MORE.map(({ name }) => name), 'error_code' as const].some(
    (name) => (form[name] ?? '') !== '' || faults[name] !== undefined,
  );
  const [isOpen, setIsOpen] = useState(isUsed);
  return (
    <details
      open={isOpen || isUsed}
      onToggle={({ currentTarget }) => setIsOpen(currentTarget.open)}
      className="sm:col-span-2"
    >
      <summary className="rounded-sm text-muted-foreground hover:text-foreground">More filters</summary>
      <div className="grid gap-x-4 gap-y-4 pt-4 sm:grid-cols-2">
        <TextFields fields={MORE} {...props} />
        {takes(kindOf(form), 'error_code') && (
          <Field label="Last error" fault={faults.error_code}>
            {(control) => (
              <Select
                {...control}
                value={form.error_code ?? ''}
                onChange={({ target }) => onChange({ error_code: target.value })}
              >
                <option value="">Any</option>
                {ERROR_CODES.map((code) => (
                  <option key={code} value={code}>
                    {errorWords(code)}
                  </option>
                ))}
              </Select>
            )}
          </Field>
        )}
      </div>
    </details>
  );
}
