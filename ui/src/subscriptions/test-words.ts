import type { TestedAnswer, UntestedAnswer } from '../api/generated';
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
