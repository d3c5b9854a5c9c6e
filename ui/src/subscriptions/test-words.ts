import type { TestedAnswer, UntestedAnswer, WarningAnswer } from '../api/generated';
import { errorWords } from '../deliveries/filters';
import { STATUS_WORDS } from '../lib/http-status';
import { durationOf } from '../lib/times';

export type TestAnswer = TestedAnswer | UntestedAnswer;

/** What came of a test, in a sentence. */
export function testWords(answer: TestAnswer): string {
  if (!('attempt' in answer)) return 'The test is on its way; its outcome is not known yet.';
  const { status_code: code, error, duration_ms: ms } = answer.attempt;
  const took = ms === null ? '' : ` after ${durationOf(ms)}`;
  if (code !== null && (error === null || error.code === 'bad_status')) {
    return `The receiver answered ${[code, STATUS_WORDS[code]].filter(Boolean).join(' ')}${took}.`;
  }
  const detail = error?.message ?? null;
  return `${errorWords(error?.code ?? 'abandoned')}${took}${detail === null ? '' : `: ${detail}`}.`;
}

const WARNINGS: Readonly<Record<string, string>> = {
  subscription_paused: 'It is paused, so the test waits until it is resumed.',
  attempt_unfinished: 'Its attempt was not recorded in time. Open the delivery to see how it ends.',
  lane_full: 'Earlier deliveries keep its receiver busy, because it is slow or failing. The test comes after them.',
  no_worker: 'No worker took it in time. It is kept, and will be delivered once a worker runs.',
  delivery_cancelled: 'It was cancelled before its first attempt.',
  not_waited: 'Too much was going on to wait for the answer here. Open the delivery to see how it ends.',
  type_not_wanted: 'Only tests send it events of this type, because it does not want them.',
};

/** What may surprise about a test. The service says it in terms of requests, and may know more of it than this page. */
export function warningWords({ code, detail }: WarningAnswer): string {
  return WARNINGS[code] ?? detail;
}
