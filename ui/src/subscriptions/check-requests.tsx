import type { CheckRequestAnswer } from '../api/generated';
import { type Column, Listing } from '../components/listing';
import { errorWords } from '../deliveries/filters';
import { STATUS_WORDS } from '../lib/http-status';
import { counted } from '../lib/numbers';
import { durationOf } from '../lib/times';

const PURPOSES: Readonly<Record<CheckRequestAnswer['purpose'], string>> = {
  good: 'Signed like a delivery',
  repeat: 'The first one again',
  tampered: 'Its body was changed after signing',
  old: 'Signed ten minutes ago',
};

const COLUMNS: readonly Column<CheckRequestAnswer>[] = [
  { header: '#', isNumber: true, className: 'w-8', cell: ({ number }) => number },
  { header: 'Request', cell: ({ purpose }) => PURPOSES[purpose] },
  { header: 'Response', cell: (request) => responseWords(request) },
  { header: 'Took', isNumber: true, className: 'whitespace-nowrap', cell: ({ duration_ms: ms }) => durationOf(ms) },
];

/** What was sent, for those who look for it in the logs of the receiver. */
export function CheckRequests({ requests }: { readonly requests: readonly CheckRequestAnswer[] }) {
  if (requests.length === 0) return null;
  return (
    <details>
      <summary className="w-fit rounded-sm text-muted-foreground hover:text-foreground">
        {counted(requests.length, 'request was', 'requests were')} sent
      </summary>
      <div className="pt-2">
        <Listing
          label="Requests of the check"
          columns={COLUMNS}
          rows={requests}
          keyOf={({ number }) => String(number)}
        />
      </div>
    </details>
  );
}

function responseWords({ status_code: code, error }: CheckRequestAnswer): string {
  if (code !== null) return [code, STATUS_WORDS[code]].filter(Boolean).join(' ');
  return error === null ? '' : errorWords(error.code);
}
