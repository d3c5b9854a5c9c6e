import { useQueryClient } from '@tanstack/react-query';
import { useState } from 'react';
import { answerOf } from '../api/failure';
import { type CreatedKeyAnswer, type KeyAnswer, rotateKey } from '../api/generated';
import { Field, Select } from '../components/ui/field';
import { nowMs } from '../lib/clock';
import { takeFocus } from '../lib/focus';
import { localTime } from '../lib/times';
import { FormDialog } from './form-dialog';
import { readAfterChange } from './queries';
import { ShownOnce } from './shown-once';

const OVERLAPS: readonly (readonly [seconds: number, words: string])[] = [
  [0, 'at once'],
  [3600, 'in an hour'],
  [86_400, 'in a day'],
  [604_800, 'in a week'],
];
const A_DAY = 86_400;

/** Replaces a key by a new one. Both work for a while, so that programs can change over. */
export function RotateKeyDialog({ apiKey, onClose }: { readonly apiKey: KeyAnswer; readonly onClose: () => void }) {
  const queryClient = useQueryClient();
  const [overlap, setOverlap] = useState(A_DAY);
  const [made, setMade] = useState<{ readonly key: CreatedKeyAnswer; readonly endMs: number } | null>(null);
  const name = apiKey.name ?? apiKey.id;
  const rotate = async (): Promise<void> => {
    const key = await answerOf(rotateKey({ path: { id: apiKey.id }, body: { overlap } }));
    setMade({ key, endMs: nowMs() + overlap * 1000 });
    await readAfterChange(queryClient, 'keys');
  };
  if (made !== null) {
    return (
      <ShownOnce title={`The new key of “${name}”`} text={made.key.key} what="key" onClose={onClose}>
        Nobody can read it again: the service stores only its hash.{' '}
        {overlap === 0
          ? 'The old key is refused from now on.'
          : `The old key works until ${localTime(new Date(made.endMs).toISOString()).slice(0, -4)}. Change over before then.`}
      </ShownOnce>
    );
  }
  return (
    <FormDialog
      title={`Rotate “${name}”`}
      lead="Makes a new key with the same role, tenant and name. Sessions of the old key end with it."
      action="Make the new key"
      onSubmit={rotate}
      onClose={onClose}
    >
      {(faultAt) => (
        <Field
          label="The old key ends"
          help="Long enough to change over, and no longer: until then, both work."
          fault={faultAt('/overlap')}
        >
          {(control) => (
            <Select
              {...control}
              ref={takeFocus}
              value={overlap}
              onChange={({ target }) => setOverlap(Number(target.value))}
            >
              {OVERLAPS.map(([seconds, words]) => (
                <option key={seconds} value={seconds}>
                  {words}
                </option>
              ))}
            </Select>
          )}
        </Field>
      )}
    </FormDialog>
  );
}
