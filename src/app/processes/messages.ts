/** Where a process listens. The port is the one that was really taken, even if the setting is 0. */
export interface Address {
  readonly host: string;
  readonly port: number;
  readonly adminPort: number | undefined;
}

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
  /** Its own metrics. */
  | { readonly kind: 'rendered'; readonly id: number; readonly text: string };

/** What a supervisor tells one of its processes. */
export type Order =
  | { readonly kind: 'listen' }
  | { readonly kind: 'end'; readonly reason: string; readonly hasDrain: boolean }
  /** The process must say that it is alive. */
  | { readonly kind: 'ping' }
  /** The process must render its own metrics. */
  | { readonly kind: 'render'; readonly id: number }
  /** The metrics of all processes. */
  | { readonly kind: 'gathered'; readonly id: number; readonly text: string };
