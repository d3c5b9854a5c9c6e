import { useMutation, useQuery, useQueryClient } from '@tanstack/react-query';
import { useNavigate, useSearch } from '@tanstack/react-router';
import { useIsLimited, useMayMakeSubscriptions } from '../../api/access';
import { answerOf, faultsOf } from '../../api/failure';
import { createSubscription, patchSubscription } from '../../api/generated';
import { Failed, Notice, Skeleton } from '../../components/states';
import { type Edited, useEdited } from '../../lib/use-edited';
import { Screen } from '../../shell/screen';
import { noteChange, subscriptionQuery } from '../queries';
import { type NewStep, readNewSearch } from '../subscription-search';
import { UnsavedGuard } from '../unsaved-guard';
import { CheckStep } from './check-step';
import { draftOf, inputOf, type NewDraft, patchOf, stepOfFaults } from './new-draft';
import { Steps } from './steps';
import { WhatStep } from './what-step';
import { WhereStep } from './where-step';

const MAKING = ['making a subscription'];

/** Makes a subscription in three steps. What is typed stays when one goes back, and when the service refuses it. */
export default function NewSubscriptionScreen() {
  const mayCreate = useMayMakeSubscriptions();
  return (
    <Screen title="New subscription">
      <div className="h-full overflow-y-auto">{mayCreate ? <Making /> : <MayNot />}</div>
    </Screen>
  );
}

function MayNot() {
  const isLimited = useIsLimited();
  return (
    <Notice title="You may not make subscriptions">
      <p>
        {isLimited
          ? 'Your session is limited to some subscriptions, so it cannot add any.'
          : 'That takes the abilities subscriptions:write and secrets:read.'}
      </p>
    </Notice>
  );
}

function Making() {
  const { step = 'where', id } = readNewSearch(useSearch({ strict: false }));
  const navigate = useNavigate();
  const go = (next: NewStep, made = id): void =>
    void navigate({
      to: '/subscriptions/new',
      search: { step: next === 'where' ? undefined : next, id: made },
    });
  const made = useQuery({ ...subscriptionQuery(id ?? ''), enabled: id !== undefined });
  const form = useEdited(draftOf(made.data));
  const { value: shown, change } = form;
  const saving = useMaking(id, (savedId) => {
    form.reset();
    go('check', savedId);
  });
  const faults = faultsOf(saving.error);
  const queryClient = useQueryClient();
  const save = (): void => {
    // The button is disabled a moment after the click only, and a second click would make a second subscription.
    if (queryClient.isMutating({ mutationKey: MAKING }) > 0) return;
    if (id !== undefined && !form.isDirty) {
      go('check');
      return;
    }
    saving.mutate(form, {
      onError: (error) => {
        const at = stepOfFaults(faultsOf(error));
        if (at !== null && at !== step) go(at);
      },
    });
  };
  if (id !== undefined && made.data === undefined)
    return made.error === null ? (
      <Skeleton lines={6} className="p-6" />
    ) : (
      <Failed error={made.error} onRetry={() => void made.refetch()} />
    );
  return (
    <div className="mx-auto flex max-w-2xl flex-col gap-8 p-6 max-md:p-4">
      <Steps step={step} isMade={id !== undefined} hasTarget={shown.target_url.trim() !== ''} onGo={go} />
      {step === 'where' && <WhereStep draft={shown} faults={faults} onChange={change} onNext={() => go('what')} />}
      {step === 'what' && (
        <WhatStep
          draft={shown}
          faults={faults}
          error={saving.error}
          isMade={id !== undefined}
          isSaving={saving.isPending}
          onChange={change}
          onBack={() => go('where')}
          onSave={save}
        />
      )}
      {step === 'check' && made.data !== undefined && <CheckStep subscription={made.data} onBack={() => go('what')} />}
      <UnsavedGuard isDirty={form.isDirty} />
    </div>
  );
}

/** Makes the subscription; or changes it, if one went back after it was made. */
function useMaking(id: string | undefined, onSaved: (id: string) => void) {
  const queryClient = useQueryClient();
  return useMutation({
    mutationKey: MAKING,
    mutationFn: ({ value, changed }: Pick<Edited<NewDraft>, 'value' | 'changed'>) => {
      if (id !== undefined) return answerOf(patchSubscription({ path: { id }, body: patchOf(changed) }));
      // The answer has the secret, which is shown only when somebody asks for it.
      return answerOf(createSubscription({ body: inputOf(value) })).then(({ secret: _secret, ...made }) => made);
    },
    onSuccess: (saved) => {
      noteChange(queryClient, saved);
      onSaved(saved.id);
    },
  });
}
