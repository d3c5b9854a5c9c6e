import { Check, Clock, CircleDashed, X } from 'lucide-react';
import type { ComponentType } from 'react';
import { cx } from '../lib/cx';
import type { Step, Verification } from './verify-webhook';

interface Look {
  readonly title: string;
  readonly icon: ComponentType<{ className?: string }>;
  readonly colour: string;
}

const VERDICTS: Readonly<Record<Verification['verdict'], Look>> = {
  verified: { title: 'Verified', icon: Check, colour: 'bg-success-tint text-success' },
  late: { title: 'Signed right, at the wrong time', icon: Clock, colour: 'bg-warning-tint text-warning' },
  failed: { title: 'Not verified', icon: X, colour: 'bg-destructive-tint text-destructive' },
  open: { title: 'Something is missing', icon: CircleDashed, colour: 'bg-idle-tint text-idle' },
};

const STATES: Readonly<Record<Step['state'], Omit<Look, 'title'> & { readonly word: string }>> = {
  passed: { word: 'Passed', icon: Check, colour: 'bg-success-tint text-success' },
  failed: { word: 'Failed', icon: X, colour: 'bg-destructive-tint text-destructive' },
  skipped: { word: 'Skipped', icon: CircleDashed, colour: 'bg-idle-tint text-idle' },
};

/** Whether it verifies, and why not: the step that fails, in a sentence that says what to change. */
export function Verdict({ verification: { verdict, summary, steps } }: { readonly verification: Verification }) {
  const { title, icon: Icon, colour } = VERDICTS[verdict];
  return (
    <div className="flex flex-col gap-6">
      <div role="status" className={cx('flex items-start gap-3 rounded-lg px-4 py-3', colour)}>
        <Icon aria-hidden className="mt-0.5 size-5 shrink-0" />
        <div className="flex min-w-0 flex-col gap-1">
          <p className="text-base font-semibold">{title}</p>
          <p className="text-pretty break-words text-foreground">{summary}</p>
        </div>
      </div>
      <ol aria-label="Steps" className="flex flex-col">
        {steps.map((step) => (
          <StepLine key={step.name} step={step} isTold={step.finding === summary} />
        ))}
      </ol>
    </div>
  );
}

interface StepLineProps {
  readonly step: Step;
  /** Whether the summary says the same. */
  readonly isTold: boolean;
}

function StepLine({ step: { name, state, finding }, isTold }: StepLineProps) {
  const { word, icon: Icon, colour } = STATES[state];
  return (
    <li className="flex items-start gap-3 border-b border-border py-3 last:border-b-0">
      <span className={cx('grid size-5 shrink-0 place-items-center rounded-full', colour)}>
        <Icon aria-hidden className="size-3" />
        <span className="sr-only">{word}</span>
      </span>
      <div className="min-w-0">
        <p className="font-medium">{name}</p>
        <p className="text-pretty break-words text-muted-foreground">{isTold ? 'See above.' : finding}</p>
      </div>
    </li>
  );
}
