import { useState } from 'react';
import { Field, Input } from '../components/ui/field';
import { toFieldTime } from '../lib/times';

interface TimeFieldProps {
  readonly label: string;
  readonly help: string;
  /** RFC 3339. */
  readonly value: string | undefined;
  readonly fault: string | undefined;
  readonly isNeeded?: boolean;
  readonly onChange: (at: string | undefined) => void;
}

/** A time in the viewer's zone. It stays exact, to the millisecond, until somebody changes it. */
export function TimeField({ label, help, value, fault, isNeeded = false, onChange }: TimeFieldProps) {
  const isTime = value !== undefined && !Number.isNaN(Date.parse(value));
  const [typed, setTyped] = useState(isTime ? toFieldTime(value) : '');
  return (
    <Field label={label} help={help} fault={fault}>
      {(control) => (
        <Input
          {...control}
          type="datetime-local"
          required={isNeeded}
          value={typed}
          onChange={({ target }) => {
            setTyped(target.value);
            onChange(target.value === '' ? undefined : new Date(target.value).toISOString());
          }}
        />
      )}
    </Field>
  );
}
