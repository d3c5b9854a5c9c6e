/**
 * How soon a receiver answers, as far as a lane knows. `untried`: it has not answered yet, and has not had the time to.
 * What counts is how long its requests hold a slot, not what it answers.
 */
export const PACES = ['prompt', 'untried', 'slow'] as const;
export type Pace = (typeof PACES)[number];

/** Slots that are held, by the pace of their lanes. */
export type Held = Readonly<Record<Pace, number>>;

/** Share of a tenant while no other has had deliveries for a while: it leaves enough for the next one to come. */
const ALONE = 7 / 8;

/**
 * Slots are not taken away from a request that hangs, so some must be left for those that will not: slow lanes hold no
 * more than three quarters of a tenant's slots, and of all slots, and together with lanes that are untried no more than
 * seven eighths.
 */
const UP_TO: Record<Pace, number> = { slow: 3 / 4, untried: 7 / 8, prompt: 1 };
/** A tenant that holds none gets one of all slots beyond that, too, however many tenants have lanes that hang. */
const UP_TO_FIRST = 15 / 16;

/** The slots of a worker, and who holds them. */
export interface Slots {
  readonly all: number;
  readonly held: Held;
  /** Whether no tenant but this one has had deliveries for a while. */
  readonly isAlone: boolean;
  readonly heldByTenant: Held;
}

/** Slots that a tenant may hold: alone nearly all, otherwise half of those that the others leave. At least one. */
export function shareOfTenant({ all, held, isAlone, heldByTenant }: Slots): number {
  if (isAlone) return Math.ceil(all * ALONE);
  return Math.max(1, Math.floor((all - total(held) + total(heldByTenant)) / 2));
}

/** How many more slots lanes of this pace may take for a tenant; 0 or less when there are none. */
export function freeSlots(slots: Slots, pace: Pace): number {
  const { all, held, heldByTenant } = slots;
  const isFirst = pace !== 'prompt' && total(heldByTenant) === 0;
  if (isFirst) return Math.min(1, Math.ceil(all * UP_TO_FIRST) - upTo('untried', held), all - total(held));
  const ofTenant = Math.ceil(shareOfTenant(slots) * UP_TO[pace]) - upTo(pace, heldByTenant);
  return Math.min(ofTenant, Math.ceil(all * UP_TO[pace]) - upTo(pace, held), all - total(held));
}

export function noSlots(): Record<Pace, number> {
  return { prompt: 0, untried: 0, slow: 0 };
}

export function total({ prompt, untried, slow }: Held): number {
  return prompt + untried + slow;
}

/** What lanes of this pace hold, and those that are slower. */
function upTo(pace: Pace, held: Held): number {
  if (pace === 'slow') return held.slow;
  return pace === 'untried' ? held.slow + held.untried : total(held);
}
