import { Plus, X } from 'lucide-react';
import { Section } from '../../components/section';
import { Button } from '../../components/ui/button';
import { Checkbox, Input } from '../../components/ui/field';
import { SecretInput } from '../secret-input';
import type { HeaderRow } from '../sending-draft';
import { faultAt } from '../use-saving';
import type { SendingFormProps } from './sending-tab';

const NEW_ROW: HeaderRow = { name: '', value: '', isShown: false, isKept: false };

/** Own headers. The service never shows a hidden value again, so there is only a place for a new one. */
export function HeaderFields({ form, faults }: SendingFormProps) {
  const { headers } = form.value;
  const setRows = (rows: readonly HeaderRow[]): void => form.change({ headers: rows });
  const change = (at: number, part: Partial<HeaderRow>): void =>
    setRows(headers.map((row, index) => (index === at ? { ...row, ...part } : row)));
  const general = faults['/headers'] ?? null;
  return (
    <Section
      title="Headers"
      aside={
        <Button size="sm" onClick={() => setRows([...headers, NEW_ROW])}>
          <Plus aria-hidden /> Add a header
        </Button>
      }
    >
      <p className="text-muted-foreground">
        Sent along with each delivery. Values are encrypted, and hidden from everyone, unless you let them be shown.
      </p>
      {headers.length > 0 && (
        <ul className="flex flex-col gap-4">
          {headers.map((row, index) => (
            <HeaderFieldRow
              key={index}
              row={row}
              number={index + 1}
              fault={row.name === '' ? null : faultAt(faults, `/headers/${pointerPart(row.name)}`)}
              onChange={(part) => change(index, part)}
              onRemove={() => setRows(headers.filter((_, at) => at !== index))}
            />
          ))}
        </ul>
      )}
      {general !== null && (
        <p role="alert" className="text-xs text-destructive">
          {general}
        </p>
      )}
    </Section>
  );
}

interface HeaderFieldRowProps {
  readonly row: HeaderRow;
  readonly number: number;
  readonly fault: string | null;
  readonly onChange: (part: Partial<HeaderRow>) => void;
  readonly onRemove: () => void;
}

function HeaderFieldRow({ row, number, fault, onChange, onRemove }: HeaderFieldRowProps) {
  const { name, value, isShown, isKept } = row;
  const named = name === '' ? `header ${number}` : name;
  const common = {
    'aria-invalid': fault !== null,
    'aria-label': `Value of ${named}`,
    placeholder: isKept ? 'kept as it is, type to replace it' : 'value',
    value,
  };
  return (
    <li className="flex flex-col gap-1">
      <div className="grid grid-cols-[minmax(0,1fr)_32px] items-center gap-2 sm:grid-cols-[minmax(0,2fr)_minmax(0,3fr)_auto_32px]">
        <Input
          aria-label={`Name of header ${number}`}
          aria-invalid={fault !== null}
          placeholder="X-Source"
          className="font-mono"
          value={name}
          onChange={({ target }) => onChange({ name: target.value, isKept: false })}
        />
        <div className="max-sm:col-span-2 max-sm:row-start-2">
          {isShown ? (
            <Input {...common} className="font-mono" onChange={({ target }) => onChange({ value: target.value })} />
          ) : (
            <SecretInput {...common} onChange={(next) => onChange({ value: next })} />
          )}
        </div>
        <Checkbox
          label="Shown"
          checked={isShown}
          onChange={({ target }) => onChange({ isShown: target.checked })}
          className="max-sm:row-start-3"
        />
        <Button
          variant="ghost"
          size="icon"
          aria-label={`Remove ${named}`}
          onClick={onRemove}
          className="max-sm:col-start-2 max-sm:row-start-1"
        >
          <X aria-hidden />
        </Button>
      </div>
      {fault !== null && (
        <p role="alert" className="text-xs text-destructive">
          {fault}
        </p>
      )}
    </li>
  );
}

/** A name as a part of a JSON pointer. */
function pointerPart(name: string): string {
  return name.replaceAll('~', '~0').replaceAll('/', '~1');
}
