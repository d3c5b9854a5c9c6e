import type { Check, CheckName, Finding, Result } from './check.js';
import { latency, redirects, responseSize, tls } from './connection-checks.js';
import type { Findings } from './series.js';
import { goodSignature, oldTimestamp, sameIdTwice, tamperedBody } from './signature-checks.js';

/** The worst result of the checks; a skipped one does not count. */
export type Verdict = Exclude<Result, 'skipped'>;

export interface Report {
  readonly verdict: Verdict;
  /** One or two sentences. */
  readonly summary: string;
  readonly checks: readonly Check[];
}

const CHECKS: Readonly<Record<CheckName, (findings: Findings) => Finding>> = {
  good_signature: goodSignature,
  tampered_body: tamperedBody,
  old_timestamp: oldTimestamp,
  same_id_twice: sameIdTwice,
  redirects,
  tls,
  latency,
  response_size: responseSize,
};

/** Says what the answers of a receiver mean. */
export function reportOf(findings: Findings): Report {
  const checks = (Object.keys(CHECKS) as CheckName[]).map((name) => ({ name, ...CHECKS[name](findings) }));
  const verdict = (['failed', 'warning'] as const).find((each) => checks.some(({ result }) => result === each)) ?? 'ok';
  const hint = hintOf(findings.state, checks[0]?.result === 'failed');
  const summary = [summaryOf(checks, verdict), ...(hint === null ? [] : [hint])].join(' ');
  return { verdict, summary, checks };
}

/** What an active subscription would do that this one does not. */
const MISSED: Readonly<Partial<Record<Findings['state'], string>>> = {
  paused: 'to deliver what waits',
  disabled: 'to deliver events again',
};

/** What else keeps events from the receiver. */
function hintOf(state: Findings['state'], isFailing: boolean): string | null {
  const missed = MISSED[state];
  if (missed === undefined) return null;
  const when = isFailing ? 'once the receiver answers 2xx, ' : '';
  return `The subscription is ${state}: ${when}set its state to "active" ${missed}.`;
}

function summaryOf(checks: readonly Check[], verdict: Verdict): string {
  const [good] = checks;
  if (good?.result === 'failed') return `Deliveries fail. ${good.sentence}`;
  if (verdict === 'ok') return 'Deliveries arrive, and nothing is wrong with the receiver.';
  const named = (result: Result): string[] => checks.filter((each) => each.result === result).map(({ name }) => name);
  const [failed, warned] = [named('failed'), named('warning')];
  const parts = [
    ...(failed.length > 0 ? [`${counted(failed)} failed (${failed.join(', ')})`] : []),
    ...(warned.length > 0
      ? [`${counted(warned)} ${warned.length === 1 ? 'has' : 'have'} a warning (${warned.join(', ')})`]
      : []),
  ];
  return `Deliveries arrive, but ${parts.join(', and ')}.`;
}

function counted({ length }: readonly string[]): string {
  return length === 1 ? '1 check' : `${length} checks`;
}
