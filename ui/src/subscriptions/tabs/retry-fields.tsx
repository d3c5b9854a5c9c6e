import { Section } from '../../components/section';
import { Field, Input } from '../../components/ui/field';
import { settingOf } from '../../lib/times';
import type { SendingDraft } from '../sending-draft';
import { faultAt } from '../use-saving';
import type { SendingFormProps } from './sending-tab';

type NumberName = 'max_attempts' | 'initial_interval' | 'max_interval' | 'timeout' | 'max_in_flight';

interface NumberField {
  readonly name: NumberName;
  readonly label: string;
  readonly help: string;
  readonly pointer: string;
}

const FIELDS: readonly NumberField[] = [
  { name: 'max_attempts', label: 'Attempts in all', help: '1 sends once', pointer: '/retry/max_attempts' },
  {
    name: 'initial_interval',
    label: 'First wait, seconds',
    help: 'It doubles with each attempt',
    pointer: '/retry/initial_interval',
  },
  {
    name: 'max_interval',
    label: 'Longest wait, seconds',
    help: 'Between two attempts',
    pointer: '/retry/max_interval',
  },
  { name: 'timeout', label: 'Timeout, seconds', help: 'For the whole answer', pointer: '/timeout' },
  { name: 'max_in_flight', label: 'Requests at once', help: 'From each worker', pointer: '/max_in_flight' },
];

/** How often, how long and how much at once. */
export function RetryFields({ form, faults }: SendingFormProps) {
  return (
    <Section title="Retries and limits">
      <div className="grid grid-cols-2 gap-4 sm:grid-cols-3">
        {FIELDS.map(({ name, label, help, pointer }) => (
          <Field key={name} label={label} help={help} fault={faultAt(faults, pointer)}>
            {(control) => (
              <Input
                {...control}
                type="number"
                step="any"
                min={0}
                value={form.value[name]}
                onChange={({ target }) => form.change({ [name]: target.value })}
              />
            )}
          </Field>
        ))}
      </div>
      <p className="text-muted-foreground">
        {scheduleWords(form.value)} An empty field takes the default of the service.
      </p>
    </Section>
  );
}

const MAX_SHOWN = 6;

/** The waits that these numbers make: `After a failure it waits 10 s, 20 s, 40 s …`. */
export function scheduleWords(draft: Pick<SendingDraft, 'max_attempts' | 'initial_interval' | 'max_interval'>): string {
  const [attempts, first, longest] = [draft.max_attempts, draft.initial_interval, draft.max_interval].map(Number);
  if (!attempts || !first || !longest) return '';
  if (attempts === 1) return 'A failure is final.';
  const waits = Array.from({ length: Math.min(attempts - 1, MAX_SHOWN) }, (_, index) =>
    settingOf(Math.min(first * 2 ** index, longest)),
  );
  const isCut = attempts - 1 > MAX_SHOWN;
  return `It waits about ${waits.join(', ')}${isCut ? ' …' : ''} between its attempts.`;
}
