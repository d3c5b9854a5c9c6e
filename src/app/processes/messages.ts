/**
 * Variable in the environment of processes that a supervisor has started. Other programs, such as pm2, start processes
 * with node:cluster, too, but know none of these messages.
 */
export const SUPERVISED = 'WEBHOOK_SUPERVISED';

/** Where a process listens. The port is the one that was really taken, even if the setting is 0. */
export interface Address {
  readonly host: string;
  readonly port: number;
  readonly adminPort: number | undefined;
}

/** What a library sends through the same channel. It is ignored. */
export type ForeignMessage = { readonly kind?: never } | null;

/** What a process tells its supervisor. */
export type Report =
  /** It can take orders. */
  | { readonly kind: 'connected' }
  /** It has started, except that it does not listen. */
  | { readonly kind: 'prepared' }
  | { readonly kind: 'listening'; readonly address: Address }
  | { readonly kind: 'alive' }
  /** It wants the metrics of all processes. */
  | { readonly kind: 'gather'; readonly id: number }
  /** Its own metrics, without a text if they could not be read. */
  | { readonly kind: 'rendered'; readonly id: number; readonly text: string | undefined };

/** What a supervisor tells one of its processes. */
export type Order =
  | { readonly kind: 'listen' }
  | { readonly kind: 'end'; readonly reason: string; readonly hasDrain: boolean }
  /** The process must say that it is alive. */
  | { readonly kind: 'ping' }
  /** The process must render its own metrics. */
  | { readonly kind: 'render'; readonly id: number }
  /** The metrics of all processes, without a text if they could not be read. */
  | { readonly kind: 'gathered'; readonly id: number; readonly text: string | undefined };
