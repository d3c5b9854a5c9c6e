import { ArrowDownToLine, CircleAlert } from 'lucide-react';
import type { ReactNode } from 'react';
import { errorWords } from '../deliveries/filters';
import { SubscriptionName } from '../deliveries/subscription-name';
import { Status } from '../components/status';
import { cx } from '../lib/cx';
import { counted } from '../lib/numbers';
import { durationOf, exactTimes } from '../lib/times';
import type { LiveMessage } from '../live/live-connection';

/** Where there is room for which cells. */
export type LiveLayout = 'wide' | 'medium' | 'slim' | 'phone';

export interface LiveColumn {
  readonly id: string;
  readonly header: string;
  readonly isNumber?: boolean;
  /** Has a line of its own. */
  readonly isWhole?: boolean;
  readonly cell: (message: LiveMessage) => ReactNode;
}

const TIME = new Intl.DateTimeFormat('en-GB', {
  hour: '2-digit',
  minute: '2-digit',
  second: '2-digit',
  fractionalSecondDigits: 3,
});

/** `10:24:36.082` in the viewer's zone. Rows of one minute are told apart by it, and not by their age. */
export function clockTime(at: string): string {
  return TIME.format(new Date(at));
}

const COLUMNS = {
  time: { id: 'time', header: 'Time', cell: ({ body }) => <Moment at={body.occurred_at} /> },
  what: { id: 'what', header: 'What happened', cell: (message) => <What message={message} /> },
  type: { id: 'type', header: 'Event type', cell: ({ body }) => <Type type={body.event_type} /> },
  target: { id: 'target', header: 'Subscription', cell: (message) => <Target message={message} /> },
  answer: { id: 'answer', header: 'Response', cell: (message) => <Answer message={message} /> },
  attempt: { id: 'attempt', header: 'Attempt', isNumber: true, cell: (message) => <Attempt message={message} /> },
  took: { id: 'took', header: 'Took', isNumber: true, cell: (message) => <Took message={message} /> },
  both: {
    id: 'both',
    header: 'Event type and subscription',
    isWhole: true,
    cell: (message) => <Both message={message} />,
  },
} satisfies Record<string, LiveColumn>;

const { time, what, type, target, answer, attempt, took, both } = COLUMNS;

/** Columns and their widths. On a phone, a row has two lines of its own. */
export const LAYOUTS: Readonly<Record<LiveLayout, { columns: readonly LiveColumn[]; template: string }>> = {
  wide: {
    columns: [time, what, type, target, answer, attempt, took],
    template: '96px 112px minmax(112px,1fr) minmax(140px,1.4fr) minmax(104px,1fr) 64px 72px',
  },
  medium: {
    columns: [time, what, type, target, answer, attempt],
    template: '96px 112px minmax(104px,1fr) minmax(112px,1fr) minmax(96px,0.9fr) 56px',
  },
  slim: { columns: [time, what, type, answer], template: '96px 112px minmax(96px,1fr) minmax(88px,0.8fr)' },
  phone: { columns: [what, answer, time, both], template: '104px minmax(0,1fr) 88px' },
};

function Moment({ at }: { readonly at: string }) {
  return (
    <time dateTime={at} data-hint={exactTimes(at)} className="font-mono text-muted-foreground">
      {clockTime(at)}
    </time>
  );
}

/** The status that follows, or that an event was accepted: word, icon and colour. */
function What({ message }: { readonly message: LiveMessage }) {
  if (message.kind === 'event.accepted') return <Mark icon={<ArrowDownToLine aria-hidden />} word="Accepted" />;
  const { status } = message.body;
  if (status === null) return <Mark icon={<CircleAlert aria-hidden />} word="Too late" />;
  return <Status status={status} />;
}

function Mark({ icon, word }: { readonly icon: ReactNode; readonly word: string }) {
  return (
    <span className="inline-flex h-5 items-center gap-1 rounded-full bg-idle-tint pr-2 pl-1.5 text-xs font-medium whitespace-nowrap text-idle [&_svg]:size-3">
      {icon}
      {word}
    </span>
  );
}

function Type({ type }: { readonly type: string | null }) {
  return <span className="truncate font-mono">{type}</span>;
}

function Target({ message }: { readonly message: LiveMessage }) {
  if (message.kind === 'event.accepted') return null;
  const { subscription_id: id, target_host: host } = message.body;
  return <SubscriptionName id={id} targetUrl={host ?? id} />;
}

function Both({ message }: { readonly message: LiveMessage }) {
  return (
    <>
      <Type type={message.body.event_type} />
      <span className="ml-2 min-w-0 truncate text-muted-foreground">
        <Target message={message} />
      </span>
    </>
  );
}

/** What came back, and for other messages what there is to say of them. */
function Answer({ message }: { readonly message: LiveMessage }) {
  const hint = message.kind === 'event.accepted' ? undefined : (message.body.error?.message ?? undefined);
  return (
    <span className={cx('truncate', message.kind !== 'delivery.attempted' && 'text-muted-foreground')} data-hint={hint}>
      {answerOf(message)}
    </span>
  );
}

function answerOf(message: LiveMessage): string {
  switch (message.kind) {
    case 'event.accepted':
      return message.body.deliveries === 0 ? 'nobody wants it' : `for ${counted(message.body.deliveries, 'receiver')}`;
    case 'delivery.attempted': {
      const { status_code: code, error } = message.body;
      if (code !== null && (error === null || error.code === 'bad_status')) return String(code);
      return error === null ? '' : errorWords(error.code);
    }
    case 'delivery.changed': {
      const { error, status, retry_of: retryOf } = message.body;
      if (error !== null && error.code !== status) return errorWords(error.code);
      return retryOf === null ? '' : 'sent again';
    }
  }
}

function Attempt({ message }: { readonly message: LiveMessage }) {
  if (message.kind !== 'delivery.attempted') return null;
  const { attempt: number, max_attempts: max } = message.body;
  return (
    <>
      {number}
      <span className="whitespace-pre text-muted-foreground"> / {max}</span>
    </>
  );
}

function Took({ message }: { readonly message: LiveMessage }) {
  if (message.kind !== 'delivery.attempted') return null;
  return <span className="text-muted-foreground">{durationOf(message.body.duration_ms)}</span>;
}
