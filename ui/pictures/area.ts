import type { Page } from 'playwright-core';

/** A picture: a screen in a state. */
export interface Shot {
  readonly name: string;
  /** Within the dashboard; or of the portal, if it begins with `/portal`. */
  readonly path: string;
  readonly isOpen?: boolean;
  /** Brings the page into the state of the picture. */
  readonly act?: (page: Page) => Promise<unknown>;
}

/** How the sample service answers: JSON, or a body with its type. */
interface SampleAnswer {
  readonly status?: number;
  readonly json?: unknown;
  readonly body?: Buffer | string;
  readonly contentType?: string;
}

/**
 * A part of the dashboard: its pictures, and what the API answers to it, by path, or by method and path: `POST
 * /replays`.
 */
export interface Area {
  readonly shots: readonly Shot[];
  readonly answers: Readonly<Record<string, (query: URLSearchParams, body: string) => SampleAnswer>>;
}

/** A page of a list, the only one. */
export function pageOf(data: readonly unknown[]): SampleAnswer {
  return { json: { data, has_more: false, next_cursor: null, prev_cursor: null } };
}
