import { EqualNot, X } from 'lucide-react';
import { type ReactNode, useState } from 'react';
import { useMay } from '../../../api/access';
import type { AttemptAnswer, DeliveryWithAttemptsAnswer } from '../../../api/generated';
import { Button } from '../../../components/ui/button';
import { Dialog } from '../../../components/ui/dialog';
import { Checkbox, Select } from '../../../components/ui/field';
import { cx } from '../../../lib/cx';
import { counted } from '../../../lib/numbers';
import { errorWords } from '../../filters';
import { differencesOf, type Line } from './differences';
import { diffLines, type LinePair } from './diff-lines';

interface CompareAttemptsProps {
  readonly delivery: DeliveryWithAttemptsAnswer;
  /** Numbers of both attempts: `1,3`. */
  readonly pair: string;
  readonly onPair: (pair: string) => void;
  readonly onClose: () => void;
}

/** Two attempts side by side. What differs has a sign, and not only a colour. */
export default function CompareAttempts({ delivery, pair, onPair, onClose }: CompareAttemptsProps) {
  const { attempts } = delivery;
  const [firstNumber = 0, secondNumber = 0] = pair.split(',').map(Number);
  const first = attempts.find(({ number }) => number === firstNumber) ?? attempts.at(-2);
  const second = attempts.find(({ number }) => number === secondNumber) ?? attempts.at(-1);
  const [isBrief, setIsBrief] = useState(false);
  if (first === undefined || second === undefined) return null;
  return (
    <Dialog open onClose={onClose} title="Compare attempts" className="max-w-5xl">
      <div className="flex items-center gap-4 border-b border-border px-6 py-3 max-md:px-4">
        <h2 aria-hidden className="flex-1 text-base font-semibold">
          Compare attempts
        </h2>
        <Checkbox label="Differences only" checked={isBrief} onChange={({ target }) => setIsBrief(target.checked)} />
        <Button variant="ghost" size="icon" aria-label="Close" className="-mr-2" onClick={onClose}>
          <X aria-hidden />
        </Button>
      </div>
      <div className="overflow-y-auto px-6 pb-6 max-md:px-4" tabIndex={0} role="region" aria-label="Both attempts">
        <div className={cx(COLUMNS, 'sticky top-0 z-10 border-b border-border bg-popover py-3')}>
          <span className="max-md:hidden" />
          <Chooser
            label="First attempt"
            attempts={attempts}
            chosen={first.number}
            onChoose={(number) => onPair(`${number},${second.number}`)}
          />
          <Chooser
            label="Second attempt"
            attempts={attempts}
            chosen={second.number}
            onChoose={(number) => onPair(`${first.number},${number}`)}
          />
        </div>
        {differencesOf(first, second).map(({ title, lines }) => (
          <PartTable key={title} title={title} lines={lines} isBrief={isBrief} />
        ))}
        <Bodies first={first} second={second} isBrief={isBrief} />
      </div>
    </Dialog>
  );
}

/** A name and both attempts. On phones, the name is above them. */
const COLUMNS = 'grid grid-cols-2 items-baseline gap-x-4 md:grid-cols-[160px_minmax(0,1fr)_minmax(0,1fr)]';

interface ChooserProps {
  readonly label: string;
  readonly attempts: readonly AttemptAnswer[];
  readonly chosen: number;
  readonly onChoose: (number: number) => void;
}

function Chooser({ label, attempts, chosen, onChoose }: ChooserProps) {
  return (
    <Select aria-label={label} value={chosen} onChange={({ target }) => onChoose(Number(target.value))}>
      {attempts.map((attempt) => (
        <option key={attempt.number} value={attempt.number}>
          {attempt.number}: {outcomeOf(attempt)}
        </option>
      ))}
    </Select>
  );
}

function outcomeOf({ status_code: code, error }: AttemptAnswer): string {
  if (code !== null) return String(code);
  return error === null ? 'no outcome' : errorWords(error.code);
}

interface PartProps {
  readonly title: string;
  readonly count: number;
  readonly children: ReactNode;
}

/** A part with the number of its differences. */
function Part({ title, count, children }: PartProps) {
  return (
    <section aria-label={title} className="pt-6">
      <h3 className="flex items-baseline gap-2 pb-1 font-medium">
        {title}
        <span className="text-xs font-normal text-muted-foreground">
          {count === 0 ? 'no difference' : counted(count, 'difference')}
        </span>
      </h3>
      {children}
    </section>
  );
}

interface PartTableProps {
  readonly title: string;
  readonly lines: readonly Line[];
  readonly isBrief: boolean;
}

function PartTable({ title, lines, isBrief }: PartTableProps) {
  const count = lines.filter(({ differs }) => differs).length;
  const shown = isBrief ? lines.filter(({ differs }) => differs) : lines;
  if (lines.length === 0) return null;
  return (
    <Part title={title} count={count}>
      <dl>
        {shown.map((line) => (
          <LineRow key={line.name} line={line} />
        ))}
      </dl>
    </Part>
  );
}

function LineRow({ line: { name, first, second, differs, isAlwaysNew } }: { readonly line: Line }) {
  return (
    <div className={cx(COLUMNS, ROW, differs && DIFFERENT)}>
      <dt className="text-muted-foreground max-md:col-span-2">
        {differs && <Sign />}
        {name}
        {isAlwaysNew && first !== second && <span className="block text-2xs">new in each attempt</span>}
      </dt>
      <dd className="font-mono">
        <Value text={first} />
      </dd>
      <dd className="font-mono">
        <Value text={second} />
      </dd>
    </div>
  );
}

const ROW = '-mx-2 border-b border-border/60 px-2 py-1.5';
const DIFFERENT = 'bg-warning-tint';

function Sign() {
  return (
    <>
      <EqualNot aria-hidden className="mr-1 inline size-3.5 text-warning" />
      <span className="sr-only">Differs: </span>
    </>
  );
}

function Value({ text }: { readonly text: string | null }) {
  if (text === null) return <span className="text-muted-foreground">none</span>;
  return <span className="break-words whitespace-pre-wrap">{text}</span>;
}

interface BodiesProps {
  readonly first: AttemptAnswer;
  readonly second: AttemptAnswer;
  readonly isBrief: boolean;
}

function Bodies({ first, second, isBrief }: BodiesProps) {
  const mayRead = useMay('payloads:read');
  if (!mayRead) return null;
  const pairs = diffLines(first.response_body, second.response_body);
  if (pairs.length === 0) return null;
  const count = pairs.filter(isDifferent).length;
  const shown = isBrief ? pairs.filter(isDifferent) : pairs;
  return (
    <Part title="Response body" count={count}>
      <div className="-mx-2 border-b border-border/60 py-1">
        {shown.map((pair, index) => (
          <BodyLine key={index} pair={pair} />
        ))}
      </div>
    </Part>
  );
}

function isDifferent({ first, second }: LinePair): boolean {
  return first !== second;
}

function BodyLine({ pair }: { readonly pair: LinePair }) {
  const differs = isDifferent(pair);
  return (
    <div className={cx(COLUMNS, 'px-2 font-mono', differs && DIFFERENT)}>
      <span className="max-md:col-span-2 max-md:empty:hidden">{differs && <Sign />}</span>
      <BodyText text={pair.first} />
      <BodyText text={pair.second} />
    </div>
  );
}

function BodyText({ text }: { readonly text: string | null }) {
  return <span className="min-h-5 break-words whitespace-pre-wrap">{text}</span>;
}
