import { Check } from 'lucide-react';
import { cx } from '../../lib/cx';
import { NEW_STEPS, type NewStep } from '../subscription-search';

const LABELS: Readonly<Record<NewStep, string>> = { where: 'Where', what: 'What', check: 'Check' };

interface StepsProps {
  readonly step: NewStep;
  readonly isMade: boolean;
  readonly hasTarget: boolean;
  readonly onGo: (step: NewStep) => void;
}

/** Where one is, and the steps to which one can go. */
export function Steps({ step, isMade, hasTarget, onGo }: StepsProps) {
  const at = NEW_STEPS.indexOf(step);
  const isReachable: Readonly<Record<NewStep, boolean>> = { where: true, what: hasTarget, check: isMade };
  return (
    <ol aria-label="Steps" className="flex items-center gap-3">
      {NEW_STEPS.map((each, index) => (
        <li key={each} className="flex flex-1 items-center gap-3 last:flex-none">
          <button
            type="button"
            disabled={!isReachable[each]}
            aria-current={each === step ? 'step' : undefined}
            onClick={() => onGo(each)}
            className={cx(
              'flex items-center gap-2 rounded-md',
              each === step ? 'font-medium' : 'text-muted-foreground enabled:hover:text-foreground',
            )}
          >
            <span
              aria-hidden
              className={cx(
                'grid size-6 place-items-center rounded-full border text-xs',
                index <= at ? 'border-primary' : 'border-input',
                each === step && 'bg-primary text-primary-foreground',
              )}
            >
              {index < at ? <Check className="size-3.5" /> : index + 1}
            </span>
            {LABELS[each]}
          </button>
          {index < NEW_STEPS.length - 1 && <span aria-hidden className="h-px flex-1 bg-border" />}
        </li>
      ))}
    </ol>
  );
}
