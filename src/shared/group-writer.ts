import { type Linger, Lingering } from './lingering.js';

/** Writes a group of items at once. Its results are in the order of the items. */
export type GroupWrite<Item, Result> = (items: Item[]) => Promise<Result[]>;

interface Waiting<Item, Result> {
  item: Item;
  /** When the item was submitted, on the monotonic clock; 0 without `patience`. */
  sinceMs: number;
  /** Sort key, lowest first, used when not all waiting items fit into one group. */
  place: number;
  resolve: (result: Result) => void;
  reject: (error: unknown) => void;
}

/**
 * Collects the items that arrive while the previous write is in progress, and writes them as one group. An idle service
 * waits for nothing, and a busy one pays one round trip for hundreds of items.
 */
export class GroupWriter<Item, Result> {
  private waiting: Waiting<Item, Result>[] = [];
  private writing = 0;
  private starting: { readonly timer?: NodeJS.Timeout; readonly immediate?: NodeJS.Immediate } | undefined;
  private readonly lingering: Lingering | undefined;
  /** Place of each owner's next item. Holds the owners that have submitted items since the queue was last empty. */
  private readonly places = new Map<string, number>();
  /** Place of the last item taken into a group. An owner that submits again starts from here. */
  private reached = 0;

  constructor(
    private readonly write: GroupWrite<Item, Result>,
    private readonly limits: {
      /** Maximum items of a group. */
      items: number;
      /** Maximum concurrent writes. */
      groups: number;
      linger?: Linger;
      /** Weight of an item, and maximum weight of a group. They limit the bytes of one statement. */
      weigh?: (item: Item) => number;
      weight?: number;
      /** Owner of an item. When not all waiting items fit into a group, each owner gets an equal weight of it. */
      ownerOf?: (item: Item) => string;
      /**
       * When a write fails, items that have waited longer than this fail with it, because the next write would probably
       * fail too. Without it, waiting items get a write of their own.
       */
      patience?: { ms: number; monotonicMs: () => number };
    },
  ) {
    this.lingering = limits.linger && new Lingering(limits.linger);
  }

  /** @throws the error of the write of its group */
  submit(item: Item): Promise<Result> {
    return new Promise((resolve, reject) => {
      const sinceMs = this.limits.patience?.monotonicMs() ?? 0;
      this.waiting.push({ item, sinceMs, place: this.placeOf(item), resolve, reject });
      this.lingering?.note();
      this.startGroups();
    });
  }

  private startGroups(): void {
    if (this.waiting.length === 0 || this.writing >= this.limits.groups) return;
    const isLingering = this.lingering?.isDue(this.waiting.length) === true;
    if (this.starting === undefined) {
      // setImmediate runs after all sockets were read, so that everything read in this turn goes into one group.
      this.starting =
        this.lingering && isLingering
          ? { timer: this.lingering.begin(this.startGroup) }
          : { immediate: setImmediate(this.startGroup) };
    } else if (this.starting.timer && !isLingering) {
      clearTimeout(this.starting.timer);
      this.starting = { immediate: setImmediate(this.startGroup) };
    }
  }

  private readonly startGroup = (): void => {
    this.starting = undefined;
    if (this.waiting.length > 0) void this.writeGroup();
    while (this.waiting.length >= this.limits.items && this.writing < this.limits.groups) void this.writeGroup();
    this.startGroups();
  };

  private async writeGroup(): Promise<void> {
    const group = this.takeGroup();
    this.writing += 1;
    try {
      const results = await this.write(group.map(({ item }) => item));
      group.forEach(({ resolve }, index) => {
        resolve(results[index] as Result);
      });
    } catch (error) {
      for (const { reject } of [...group, ...this.takeImpatient()]) reject(error);
    } finally {
      this.writing -= 1;
      this.startGroups();
    }
  }

  private takeImpatient(): Waiting<Item, Result>[] {
    const { patience } = this.limits;
    if (patience === undefined) return [];
    const firstMs = patience.monotonicMs() - patience.ms;
    const impatient = this.waiting.filter(({ sinceMs }) => sinceMs < firstMs);
    if (impatient.length > 0) this.waiting = this.waiting.filter(({ sinceMs }) => sinceMs >= firstMs);
    return impatient;
  }

  /** Start-time fair queueing: an item is placed after its owner's earlier items, by their weight. */
  private placeOf(item: Item): number {
    const { ownerOf, weigh = () => 1 } = this.limits;
    if (ownerOf === undefined) return 0;
    const owner = ownerOf(item);
    const place = Math.max(this.places.get(owner) ?? 0, this.reached);
    this.places.set(owner, place + weigh(item));
    return place;
  }

  private takeGroup(): Waiting<Item, Result>[] {
    let size = this.fitting();
    if (size < this.waiting.length && this.places.size > 1) {
      this.waiting.sort((a, b) => a.place - b.place);
      size = this.fitting();
    }
    const group = this.waiting.slice(0, size);
    this.waiting = this.waiting.slice(size);
    this.reached = group.at(-1)?.place ?? this.reached;
    if (this.waiting.length === 0) this.places.clear();
    return group;
  }

  /** How many of the first waiting items fit into one group. */
  private fitting(): number {
    const { items, weigh = () => 0, weight = 0 } = this.limits;
    let size = 0;
    let total = 0;
    for (const { item } of this.waiting) {
      total += weigh(item);
      if (size >= items || (size > 0 && total > weight)) break;
      size += 1;
    }
    return size;
  }
}
