import { useQueryClient } from '@tanstack/react-query';
import { Link } from '@tanstack/react-router';
import { useMemo } from 'react';
import { thisStay } from '../api/access';
import { answerOf } from '../api/failure';
import { cancelDelivery, type DeliveryAnswer, retryDelivery } from '../api/generated';
import { readAgain } from '../api/query-client';
import { say } from '../components/toasts';
import { copyText } from '../lib/clipboard';
import { counted } from '../lib/numbers';
import { unlessUnderWay } from '../lib/under-way';

type Status = DeliveryAnswer['status'];

/** Requests of one bulk action at a time, so that it takes no more than a small share of the API. */
const AT_ONCE = 4;

/** Only what is final can be retried: what is not will be, by itself. */
export function canRetry(status: Status): boolean {
  return status === 'delivered' || status === 'failed' || status === 'cancelled';
}

export function canCancel(status: Status): boolean {
  return !canRetry(status);
}

export interface DeliveryActions {
  readonly retry: (id: string) => Promise<void>;
  readonly retryAll: (ids: readonly string[]) => Promise<void>;
  readonly cancel: (id: string) => Promise<void>;
  readonly copyCurl: (id: string) => Promise<void>;
}

/** What one can do with deliveries. Each says what came of it. */
export function useDeliveryActions(): DeliveryActions {
  const queryClient = useQueryClient();
  return useMemo(() => {
    const attempt = async (action: () => Promise<void>): Promise<void> => {
      try {
        await action();
      } catch (error) {
        say('failed', error instanceof Error ? error.message : 'That did not work.');
      }
      readAgain(queryClient);
    };
    return {
      retry: (id) =>
        unlessUnderWay([id], () =>
          attempt(async () => {
            const made = await answerOf(retryDelivery({ path: { id } }));
            say('done', 'Sent again, as a new delivery.', <OpenLink id={made.id} />);
          }),
        ),
      retryAll: (ids) => unlessUnderWay(ids, (free) => attempt(() => retryEach(free))),
      cancel: (id) =>
        unlessUnderWay([id], () =>
          attempt(async () => {
            await answerOf(cancelDelivery({ path: { id } }));
            say('done', 'Cancelled. No further attempt will be made.');
          }),
        ),
      copyCurl: (id) =>
        attempt(async () => {
          const { curlOfDelivery } = await import('./delivery-curl');
          const { command, caution } = await curlOfDelivery(queryClient, id);
          if (!(await copyText(command))) say('failed', 'The browser does not let this page copy.');
          else say('done', caution === null ? 'Copied, signed for the next minutes.' : `Copied. ${caution}`);
        }),
    };
  }, [queryClient]);
}

function OpenLink({ id }: { readonly id: string }) {
  return (
    <Link to="/deliveries/$deliveryId" params={{ deliveryId: id }} className="font-medium text-brand underline">
      Open it
    </Link>
  );
}

async function retryEach(ids: readonly string[]): Promise<void> {
  const signal = thisStay();
  const { done, refused } = await forEach(ids, {
    act: (id) => answerOf(retryDelivery({ path: { id }, signal })),
    signal,
  });
  // Who sits here now did not ask for it.
  if (signal.aborted) return;
  if (done > 0) say('done', `${counted(done, 'delivery', 'deliveries')} sent again.`);
  const [first] = refused;
  if (first !== undefined) say('failed', `${counted(refused.length, 'retry', 'retries')} refused. ${first.message}`);
}

/** Acts on each, some at once. Goes on after a refusal, until the signal. */
async function forEach(
  ids: readonly string[],
  { act, signal }: { readonly act: (id: string) => Promise<unknown>; readonly signal: AbortSignal },
): Promise<{ done: number; refused: Error[] }> {
  const waiting = ids.values();
  const result = { done: 0, refused: [] as Error[] };
  const work = async (): Promise<void> => {
    for (const id of waiting) {
      if (signal.aborted) return;
      try {
        await act(id);
        result.done += 1;
      } catch (error) {
        result.refused.push(error instanceof Error ? error : new Error(String(error)));
      }
    }
  };
  await Promise.all(Array.from({ length: AT_ONCE }, work));
  return result;
}
