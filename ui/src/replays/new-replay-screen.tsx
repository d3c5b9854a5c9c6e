import { useQueryClient } from '@tanstack/react-query';
import { Link, useNavigate, useSearch } from '@tanstack/react-router';
import { Repeat } from 'lucide-react';
import { useState } from 'react';
import { useMay } from '../api/access';
import { answerOf } from '../api/failure';
import { createReplay, type ReplayInput } from '../api/generated';
import { Notice } from '../components/states';
import { buttonClass } from '../components/ui/button';
import { readSearch } from '../deliveries/delivery-search';
import { Screen } from '../shell/screen';
import { Preview } from './preview';
import { previewQuery, replayQuery } from './queries';
import { Refusals } from './refusals';
import { ReplayFields } from './replay-fields';
import { inputOf, refusalsOf, type ReplayForm, searchOfForm } from './replay-form-state';
import { REPLAY_FIELDS } from './replay-search';
import { usePreview } from './use-preview';

/** A new replay: what to send, what that would be, and only then the button that sends it. */
export default function NewReplayScreen() {
  const mayReplay = useMay('replays:write', 'deliveries:read');
  return (
    <Screen title="New replay">
      <div className="h-full overflow-y-auto">{mayReplay ? <NewReplay /> : <MayNot />}</div>
    </Screen>
  );
}

function NewReplay() {
  const { form, isCounted, change, count } = useForm();
  const refusals = refusalsOf(form);
  const input = inputOf(form);
  const preview = usePreview(input, isCounted && refusals.length === 0);
  const make = useMaking(input);
  return (
    <div className="flex max-w-6xl flex-col gap-4 px-6 pt-4 pb-8 max-md:px-4">
      <Link to="/replays" className="self-start text-muted-foreground hover:text-foreground">
        All replays
      </Link>
      <div className="grid gap-8 lg:grid-cols-[minmax(0,5fr)_minmax(0,7fr)]">
        <form
          aria-label="What to send again"
          className="flex flex-col gap-6"
          onSubmit={(event) => {
            event.preventDefault();
            count();
            if (isCounted) preview.again();
          }}
        >
          <Refusals refusals={refusals} onChange={change} />
          <ReplayFields
            form={form}
            faults={preview.faults}
            isCountable={refusals.length === 0 && !preview.isCounting}
            onChange={change}
          />
        </form>
        <Preview preview={preview} isBlocked={refusals.length > 0} onMake={make} />
      </div>
    </div>
  );
}

interface Form {
  readonly form: ReplayForm;
  /** Whether it was asked what would be sent. Any change of the form takes that back. */
  readonly isCounted: boolean;
  readonly change: (change: ReplayForm) => void;
  readonly count: () => void;
}

/** The form, which the URL follows. Typing is kept apart from it, because the URL comes a moment later. */
function useForm(): Form {
  const search = useSearch({ from: '/replays/new' });
  const navigate = useNavigate();
  const [form, setForm] = useState<ReplayForm>(() => readSearch(search, REPLAY_FIELDS));
  const go = (next: ReplayForm, dryRun: 'true' | undefined): void => {
    setForm(next);
    void navigate({
      to: '/replays/new',
      search: ({ tenant }) => ({ tenant, ...searchOfForm(next), dry_run: dryRun }),
      replace: true,
    });
  };
  return {
    form,
    isCounted: search.dry_run === 'true',
    change: (change) => go({ ...form, ...change }, undefined),
    count: () => go(form, 'true'),
  };
}

/** Makes the replay, and opens it. @throws Refused, Unreachable, as the confirmation shows */
function useMaking(input: ReplayInput): () => Promise<void> {
  const queryClient = useQueryClient();
  const navigate = useNavigate();
  return async () => {
    const replay = await answerOf(createReplay({ body: input }));
    if (!('state' in replay)) throw new Error('The service has counted, and was asked to send.');
    queryClient.setQueryData(replayQuery(replay.id).queryKey, replay);
    queryClient.removeQueries({ queryKey: previewQuery(input).queryKey });
    void queryClient.invalidateQueries({ queryKey: ['replays', 'list'] });
    void navigate({ to: '/replays/$replayId', params: { replayId: replay.id } });
  };
}

function MayNot() {
  return (
    <Notice icon={<Repeat aria-hidden className="size-5 text-muted-foreground" />} title="You may not replay">
      <p>
        That takes a key whose role is manager or admin, or a portal with the abilities replays:write and
        deliveries:read.
      </p>
      <Link to="/replays" className={buttonClass()}>
        Replays
      </Link>
    </Notice>
  );
}
