import { useMutation, useQueryClient } from '@tanstack/react-query';
import { answerOf, faultsOf } from '../api/failure';
import { patchSubscription, type SubscriptionPatch } from '../api/generated';
import { say } from '../components/toasts';
import { noteChange } from './queries';

export interface Saving {
  /** @param onSaved called once it is stored */
  readonly save: (patch: SubscriptionPatch, onSaved: () => void) => void;
  readonly isSaving: boolean;
  readonly error: Error | null;
  /** Faults of the last try, by JSON pointer. */
  readonly faults: Readonly<Record<string, string>>;
}

/** Changes a subscription. */
export function useSaving(id: string): Saving {
  const queryClient = useQueryClient();
  const { mutate, isPending, error } = useMutation({
    mutationFn: (body: SubscriptionPatch) => answerOf(patchSubscription({ path: { id }, body })),
    onSuccess: (changed) => {
      noteChange(queryClient, changed);
      say('done', 'Saved. What is sent from now on follows it.');
      for (const { detail, pointer } of changed.warnings ?? []) say('failed', `${pointer.slice(1)} ${detail}.`);
    },
  });
  const save: Saving['save'] = (patch, onSaved) => mutate(patch, { onSuccess: onSaved });
  return { save, isSaving: isPending, error, faults: faultsOf(error) };
}

/** The fault of a field, or those of its items. */
export function faultAt(faults: Readonly<Record<string, string>>, pointer: string): string | null {
  const found = Object.entries(faults).flatMap(([each, detail]) =>
    each === pointer || each.startsWith(`${pointer}/`) ? [detail] : [],
  );
  return found.length === 0 ? null : found.join('; ');
}
