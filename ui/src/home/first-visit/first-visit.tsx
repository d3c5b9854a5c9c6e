import { Check } from 'lucide-react';
import type { ReactNode } from 'react';
import { Section } from '../../components/section';
import { Command } from '../../components/states';
import { Button } from '../../components/ui/button';
import { useFirstCommands } from '../../deliveries/nothing-yet';
import { cx } from '../../lib/cx';
import { useStore } from '../../lib/store';
import { serverConfig } from '../../shell/config-store';
import SampleTraffic from '../../demo/sample-traffic';
import { DeliveredStep } from './delivered-step';
import { endFirstVisit } from './progress';
import { PublishStep } from './publish-step';
import { ReceiverStep } from './receiver-step';
import { type Steps, useSteps } from './use-steps';
import { VerifyStep } from './verify-step';

/** Leads somebody from nothing to a delivery that arrived, failed and was verified. */
export default function FirstVisit() {
  const { has_echo: hasEcho } = useStore(serverConfig);
  const progress = useSteps();
  const { text: commands } = useFirstCommands();
  return (
    <div className="grid gap-6 lg:grid-cols-[minmax(0,1fr)_304px]">
      <div className="flex min-w-0 flex-col gap-6">
        <StepList steps={stepsOf(progress)} />
        {progress.subscription === null && (
          <Section title="The same by curl">
            <Command what="commands" text={commands} />
          </Section>
        )}
      </div>
      {hasEcho && <SampleTraffic className="self-start" />}
    </div>
  );
}

function stepsOf({ subscription, delivery, isDelivered, isVerified }: Steps): readonly StepProps[] {
  return [
    {
      title: 'Receiver',
      about: 'a URL that takes your events',
      isDone: subscription !== null,
      children: <ReceiverStep subscription={subscription} />,
    },
    {
      title: 'Publish',
      about: 'an event, once, for all who want it',
      isDone: delivery !== null,
      children: subscription && <PublishStep subscription={subscription} delivery={delivery} />,
    },
    {
      title: 'Delivered',
      about: 'signed, and tried again until it arrives',
      isDone: isDelivered,
      children: delivery && <DeliveredStep subscription={subscription} delivery={delivery} />,
    },
    {
      title: 'Verify',
      about: 'the signature, as a receiver does',
      isDone: isVerified,
      children: isDelivered && delivery && <VerifyStep delivery={delivery} />,
    },
  ];
}

function StepList({ steps }: { readonly steps: readonly StepProps[] }) {
  const done = steps.filter(({ isDone }) => isDone).length;
  const next = steps.findIndex(({ isDone }) => !isDone);
  return (
    <section aria-labelledby="first-steps" className="rounded-lg border border-border bg-card">
      <header className="flex items-center gap-3 border-b border-border px-6 py-3 max-md:px-4">
        <h2 id="first-steps" className="text-base font-medium">
          First steps
        </h2>
        <span className="text-muted-foreground">
          {done} of {steps.length}
        </span>
        <span className="flex-1" />
        <Button variant="ghost" size="sm" className="-mr-2" onClick={endFirstVisit}>
          {done === steps.length ? 'Done' : 'Skip'}
        </Button>
      </header>
      <ol className="flex flex-col px-6 py-5 max-md:px-4">
        {steps.map((step, index) => (
          <Step key={step.title} number={index + 1} isNext={index === next} {...step} />
        ))}
      </ol>
    </section>
  );
}

interface StepProps {
  readonly title: string;
  /** What will happen in it, while others come first. */
  readonly about: string;
  readonly isDone: boolean;
  readonly children: ReactNode;
}

function Step({
  number,
  title,
  about,
  isDone,
  isNext,
  children,
}: StepProps & { readonly number: number; readonly isNext: boolean }) {
  return (
    <li aria-current={isNext ? 'step' : undefined} className="group relative flex gap-4 pb-6 last:pb-0">
      <i aria-hidden className="absolute top-7 bottom-1 left-3 w-px bg-border group-last:hidden" />
      <span
        aria-hidden
        className={cx(
          'grid size-6 shrink-0 place-items-center rounded-full text-xs font-medium',
          isDone
            ? 'bg-success-tint text-success'
            : isNext
              ? 'bg-brand text-background'
              : 'bg-muted text-muted-foreground',
        )}
      >
        {isDone ? <Check className="size-3.5" strokeWidth={2.5} /> : number}
      </span>
      <div className="flex min-w-0 flex-1 flex-col gap-2 pt-0.5">
        <h3 className={cx('font-medium', !isDone && !isNext && 'text-muted-foreground')}>
          {title}
          <span className="sr-only">{isDone ? ', done' : ', to do'}</span>
          {!isDone && !isNext && <span className="font-normal">: {about}</span>}
        </h3>
        {(isDone || isNext) && children}
      </div>
    </li>
  );
}
