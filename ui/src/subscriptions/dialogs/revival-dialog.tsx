import { useQuery } from '@tanstack/react-query';
import { useState } from 'react';
import { useMay } from '../../api/access';
import { answerOf } from '../../api/failure';
import { createReplay, type ReplayPreviewAnswer, type RevivalAnswer } from '../../api/generated';
import { say } from '../../components/toasts';
import { Button } from '../../components/ui/button';
import { Dialog } from '../../components/ui/dialog';
import { Field, Input } from '../../components/ui/field';
import { counted, exactCount } from '../../lib/numbers';
import { previewQuery } from '../../replays/queries';
import { disabledWords } from '../words';

/** More than these are sent only after their number was typed. */
const MANY = 1000;

interface RevivalDialogProps {
  readonly revival: RevivalAnswer;
  readonly name: string;
  readonly onClose: () => void;
}

/** After a subscription was enabled: what was held, what was missed, and the replay that sends the latter. */
export function RevivalDialog({ revival, name, onClose }: RevivalDialogProps) {
  const mayReplay = useMay('replays:write', 'deliveries:read');
  const { held, disabled_reason: reason } = revival;
  return (
    <Dialog open onClose={onClose} title={`${name} is enabled`} className="max-w-md">
      <div className="flex flex-col gap-4 overflow-y-auto p-6">
        <h2 aria-hidden className="text-base font-semibold">
          {name} is enabled
        </h2>
        <p className="text-muted-foreground">
          It was disabled because {disabledWords(reason)}.{' '}
          {held === 0
            ? 'Nothing was held.'
            : `${counted(held, 'delivery was held and is', 'deliveries were held and are')} sent now, at first one at a time.`}
        </p>
        {mayReplay ? (
          <Missed revival={revival} onClose={onClose} />
        ) : (
          <>
            <p className="text-muted-foreground">Events that were published meanwhile did not reach it.</p>
            <Button onClick={onClose} className="self-end">
              Close
            </Button>
          </>
        )}
      </div>
    </Dialog>
  );
}

function Missed({ revival, onClose }: Omit<RevivalDialogProps, 'name'>) {
  const preview = useQuery(previewQuery(revival.replay));
  const [typed, setTyped] = useState('');
  const [refusal, setRefusal] = useState<string | null>(null);
  const [isSending, setIsSending] = useState(false);
  const matched = preview.data?.matched ?? 0;
  const isMany = matched > MANY;
  const send = async (): Promise<void> => {
    setIsSending(true);
    setRefusal(null);
    try {
      await answerOf(createReplay({ body: revival.replay }));
      say('done', `A replay sends ${counted(matched, 'event')} that it missed. Replays shows how far it is.`);
      onClose();
    } catch (error) {
      setRefusal(error instanceof Error ? error.message : 'That did not work.');
      setIsSending(false);
    }
  };
  return (
    <form
      className="flex flex-col gap-4"
      onSubmit={(event) => {
        event.preventDefault();
        void send();
      }}
    >
      <p role="status">{missedWords(preview.data, preview.error)}</p>
      {isMany && <NumberField number={matched} typed={typed} onType={setTyped} />}
      {refusal !== null && (
        <p role="alert" className="text-destructive">
          {refusal}
        </p>
      )}
      <div className="flex justify-end gap-2">
        <Button onClick={onClose}>{matched === 0 ? 'Close' : 'Send nothing'}</Button>
        {matched > 0 && (
          <Button type="submit" variant="primary" disabled={isSending || (isMany && typed.trim() !== String(matched))}>
            Send {exactCount(matched)} missed
          </Button>
        )}
      </div>
    </form>
  );
}

interface NumberFieldProps {
  readonly number: number;
  readonly typed: string;
  readonly onType: (typed: string) => void;
}

function NumberField({ number, typed, onType }: NumberFieldProps) {
  return (
    <Field label={`Type ${number} to send them`}>
      {(control) => (
        <Input
          {...control}
          inputMode="numeric"
          value={typed}
          onChange={({ target }) => onType(target.value)}
          className="w-32"
        />
      )}
    </Field>
  );
}

function missedWords(preview: ReplayPreviewAnswer | undefined, error: Error | null): string {
  if (error !== null) return `What it missed could not be counted. ${error.message}`;
  if (preview === undefined) return 'Counting what it missed…';
  if (preview.matched === 0) return 'It missed nothing meanwhile.';
  return `It missed ${counted(preview.matched, 'event')} meanwhile. A replay can send them, at most ${preview.rate} a second.`;
}
