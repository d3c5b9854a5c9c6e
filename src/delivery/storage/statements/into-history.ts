import { STATE } from '../../domain/delivery-state.js';

interface Ending {
  /** Rows deleted from open_deliveries. */
  readonly from: string;
  readonly state: string | number;
  readonly statusCode?: string;
  readonly errorCode: string;
  readonly errorMessage: string;
}

/** Inserts deleted rows of open_deliveries into the history. All values are SQL: literals, columns or parameters. */
export function intoHistory({ from, state, statusCode = 'null', errorCode, errorMessage }: Ending): string {
  return `insert into deliveries (id, event_id, subscription_id, tenant_id, state, attempt_count, last_status_code,
        last_error_code, last_error_message, finished_at, retry_of, created_at, webhook_id)
      select id, event_id, subscription_id, tenant_id, ${state}, attempt_count, ${statusCode},
        ${errorCode}, ${errorMessage}, now(), retry_of, created_at, webhook_id
      from ${from}`;
}

/** As `intoHistory`, for deliveries that are cancelled. */
export function cancelledIntoHistory(ending: Omit<Ending, 'state' | 'statusCode'>): string {
  return intoHistory({ ...ending, state: STATE.cancelled });
}

export const SUBSCRIPTION_GONE = {
  errorCode: `'subscription_gone'`,
  errorMessage: `'the subscription was deleted before this delivery was finished'`,
} as const;
