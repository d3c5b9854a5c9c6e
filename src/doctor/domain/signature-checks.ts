import { capitalised, duration } from '../../shared/domain/in-words.js';
import { type Evidence, type Finding, finding } from './check.js';
import { type Findings, isTaken, type Purpose, type Sent } from './series.js';

/** Statuses with which receivers refuse a signature. */
const REFUSALS = new Set([400, 401, 403, 422]);
const GONE = 410;
const TOO_MANY = 429;
const CONFLICT = 409;

/** Requests of a purpose, with their numbers. */
function ofPurpose({ sent }: Findings, ...purposes: Purpose[]): Sent[] {
  return sent.filter(({ purpose }) => purposes.includes(purpose));
}

function evidenceOf({ sent }: Findings, these: readonly Sent[]): Evidence {
  return {
    requests: these.map((each) => sent.indexOf(each) + 1),
    statusCodes: these.map(({ answer }) => answer.statusCode),
  };
}

/** Whether deliveries arrive. */
export function goodSignature(findings: Findings): Finding {
  const good = ofPurpose(findings, 'good');
  const evidence = evidenceOf(findings, good);
  const [first] = good;
  if (first === undefined) return finding('skipped', notSent(findings));
  const { statusCode } = first.answer;
  if (!isTaken(first)) {
    const sentence =
      statusCode !== null && REFUSALS.has(statusCode)
        ? `The receiver refused a correctly signed request (${statusCode}): if it verifies signatures, it needs the secret of this subscription and the raw body; if not, check its auth and the headers of the subscription.`
        : `${failureOf(first)}.`;
    return finding('failed', sentence, evidence);
  }
  const others = good.filter((each) => !isTaken(each));
  const [failed] = others;
  if (failed === undefined)
    return finding('ok', `The receiver accepted a correctly signed request (${statusCode}).`, evidence);
  const sentence = `The receiver accepted only ${good.length - others.length} of ${good.length} correctly signed requests, and should accept all: ${failed.answer.error?.message ?? ''}.`;
  return finding('warning', sentence, evidence);
}

/** Whether the receiver verifies signatures. */
export function tamperedBody(findings: Findings): Finding {
  return refusalOf(findings, 'tampered', {
    what: 'a request whose body was changed after signing',
    accepted:
      'so it does not verify signatures, and anybody who knows its URL can send it events: verify webhook-signature over the raw body, and answer 401 if it is wrong',
  });
}

/** Whether the receiver refuses what was recorded and sent again. */
export function oldTimestamp(findings: Findings): Finding {
  const [tampered] = ofPurpose(findings, 'tampered');
  const isUnverified = tampered !== undefined && isTaken(tampered);
  return refusalOf(findings, 'old', {
    what: 'a request that was signed ten minutes ago',
    accepted: isUnverified
      ? 'because it accepts any request: a Standard Webhooks library refuses wrong signatures and old timestamps alike'
      : 'so a recorded request can be sent to it again: refuse a webhook-timestamp that is more than five minutes off',
  });
}

function refusalOf(
  findings: Findings,
  purpose: Purpose,
  { what, accepted }: { readonly what: string; readonly accepted: string },
): Finding {
  const [probe] = ofPurpose(findings, purpose);
  if (probe === undefined) return finding('skipped', notSent(findings));
  const evidence = evidenceOf(findings, [probe]);
  const { statusCode, error } = probe.answer;
  const say = (result: Finding['result'], sentence: string): Finding => finding(result, sentence, evidence);
  if (statusCode === null) {
    return say(
      'warning',
      `The receiver did not answer ${what}, and should refuse it with 401 at once: ${error?.message ?? ''}.`,
    );
  }
  if (isTaken(probe)) return say('failed', `The receiver accepted ${what} (${statusCode}), ${accepted}.`);
  if (statusCode === GONE) {
    return say(
      'warning',
      `The receiver refused ${what} with 410, which would disable the subscription if a delivery got it: answer 401.`,
    );
  }
  if (statusCode === TOO_MANY) {
    return say(
      'warning',
      `The receiver answered ${what} with 429, which says nothing about signatures: let the check through its rate limit, and run it again.`,
    );
  }
  if (statusCode < 400 || statusCode >= 500) {
    return say(
      'warning',
      `The receiver answered ${what} with ${statusCode}: verify before anything else, and answer 401.`,
    );
  }
  return say('ok', `The receiver refused ${what} (${statusCode}).`);
}

/** Whether the receiver takes an event again that it has seen. */
export function sameIdTwice(findings: Findings): Finding {
  const [first] = ofPurpose(findings, 'good');
  const [repeat] = ofPurpose(findings, 'repeat');
  if (first === undefined || repeat === undefined) return finding('skipped', notSent(findings));
  const evidence = evidenceOf(findings, [first, repeat]);
  const [before, after] = [first.answer.statusCode, repeat.answer.statusCode];
  if (isTaken(repeat)) {
    const sentence =
      before === after
        ? `The receiver accepted the same webhook-id twice (${after}), as it must: deliveries arrive at least once, so make sure that it acts on each id only once.`
        : `The receiver accepted the same webhook-id twice, first with ${before}, then with ${after}: it seems to know the ids that it has seen, and any 2xx is right.`;
    return finding('ok', sentence, evidence);
  }
  if (after === TOO_MANY) {
    const sentence =
      'The receiver answered a webhook-id that it had seen with 429, which says nothing about repeated ids: let the check through its rate limit, and run it again.';
    return finding('warning', sentence, evidence);
  }
  const sentence =
    after === CONFLICT
      ? 'The receiver answered 409 to a webhook-id that it had seen: ignoring it is right, but only a 2xx ends a delivery, and anything else is retried, so answer 200.'
      : `The receiver did not accept a webhook-id that it had seen, but retries repeat ids, so ignore the second and answer 200: ${repeat.answer.error?.message ?? ''}.`;
  return finding('failed', sentence, evidence);
}

/** What a failed request says of the receiver. */
function failureOf({ answer }: Sent): string {
  return capitalised(answer.error?.message ?? '');
}

/** Why a request of the series was not sent. */
function notSent({ sent, budgetMs }: Findings): string {
  const [first] = sent;
  return first !== undefined && !isTaken(first)
    ? 'Not tried, because the receiver does not accept correctly signed requests; fix that first.'
    : `Not tried, because the check ran out of its ${duration(budgetMs)}; the receiver should answer faster.`;
}
