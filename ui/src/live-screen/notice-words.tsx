import { Link } from '@tanstack/react-router';
import type { ReactNode } from 'react';
import { counted } from '../lib/numbers';
import type { LiveNotice } from '../live/live-connection';
import { clockTime } from './live-cells';

/** What the stream says about itself, in a sentence, and where the rest can be seen. */
export function noticeWords(notice: LiveNotice): string {
  switch (notice.kind) {
    case 'gap':
      return `Something may be missing from ${clockTime(notice.body.from)} to ${clockTime(notice.body.to)}.`;
    case 'skipped':
      return `${counted(notice.body.skipped, 'message')} left out, because too many came at once.`;
    case 'degraded':
    case 'recovered':
    case 'dropped':
    case 'ended':
      return notice.body.detail;
  }
}

/** A link to what the view lacks. */
export function noticeLink(notice: LiveNotice): ReactNode {
  if (notice.kind === 'gap') {
    return (
      <Link to="/deliveries" search={{ since: notice.body.from, until: notice.body.to }} className={LINK}>
        Deliveries of that time
      </Link>
    );
  }
  if (notice.kind !== 'skipped') return null;
  return (
    <Link to="/deliveries" className={LINK}>
      All deliveries
    </Link>
  );
}

const LINK = 'text-brand underline underline-offset-2';
