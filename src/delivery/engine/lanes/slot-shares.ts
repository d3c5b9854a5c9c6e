/**
 * How fast a receiver answers. It counts how long its requests take, not whether they succeed. `untried`: it has not
 * answered yet, and no request has waited for long.
 */
export const PACES = ['prompt', 'untried', 'slow'] as const;
export type Pace = (typeof PACES)[number];

/** Numbers of slots or deliveries, by the pace of their lanes. */
export type PaceCounts = Record<Pace, number>;

/** Share of a tenant that is alone. The rest is free for the next tenant that has deliveries. */
const SHARE_ALONE = 7 / 8;

/**
 * A slot cannot be taken back from a request that hangs, so some slots must stay free for faster lanes. Slow lanes may
 * hold up to 3/4 of a tenant's share, and of all slots. Slow and untried lanes together may hold up to 7/8.
 */
const MAX_SHARE: PaceCounts = { slow: 3 / 4, untried: 7 / 8, prompt: 1 };
/** A tenant that holds no slot may take one up to this share of all slots, however many lanes of other tenants hang. */
const MAX_SHARE_FIRST_SLOT = 15 / 16;

/** Slots of a worker from the point of view of one tenant. */
export interface SlotUse {
  /** Slots of the worker. */
  readonly all: number;
  /** Slots that all tenants hold. */
  readonly held: Readonly<PaceCounts>;
  /** Whether no other tenant has had deliveries for some time. */
  readonly isAlone: boolean;
  readonly heldByTenant: Readonly<PaceCounts>;
}

/** Slots that a tenant may hold: 7/8 if it is alone, otherwise half of what the others leave, and at least 1. */
export function shareOfTenant({ all, held, isAlone, heldByTenant }: SlotUse): number {
  if (isAlone) return Math.ceil(all * SHARE_ALONE);
  return Math.max(1, Math.floor((all - total(held) + total(heldByTenant)) / 2));
}

/** Slots that the tenant's lanes of this pace may still take; 0 or negative when there are none. */
export function freeSlots(use: SlotUse, pace: Pace): number {
  const { all, held, heldByTenant } = use;
  const isFirst = pace !== 'prompt' && total(heldByTenant) === 0;
  if (isFirst) {
    return Math.min(1, Math.ceil(all * MAX_SHARE_FIRST_SLOT) - heldFrom('untried', held), all - total(held));
  }
  const ofTenant = Math.ceil(shareOfTenant(use) * MAX_SHARE[pace]) - heldFrom(pace, heldByTenant);
  return Math.min(ofTenant, Math.ceil(all * MAX_SHARE[pace]) - heldFrom(pace, held), all - total(held));
}

export function zeroCounts(): PaceCounts {
  return { prompt: 0, untried: 0, slow: 0 };
}

export function sumOf(a: Readonly<PaceCounts>, b: Readonly<PaceCounts>): PaceCounts {
  return { prompt: a.prompt + b.prompt, untried: a.untried + b.untried, slow: a.slow + b.slow };
}

export function total({ prompt, untried, slow }: Readonly<PaceCounts>): number {
  return prompt + untried + slow;
}

/** Slots held by lanes of this pace and of slower ones. */
function heldFrom(pace: Pace, held: Readonly<PaceCounts>): number {
  if (pace === 'slow') return held.slow;
  return pace === 'untried' ? held.slow + held.untried : total(held);
}
