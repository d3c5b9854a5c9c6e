import { type Linger, Lingering } from './lingering.js';

/** Writes many items in one go. Answers in the order of the items. */
export type GroupWrite<Item, Result> = (items: Item[]) => Promise<Result[]>;

interface Waiting<Item, Result> {
  item: Item;
  /** Monotonic, in milliseconds; 0 when nobody asks. */
  sinceMs: number;
  /** Where it stands among the others when not all fit into one group. */
  place: number;
  resolve: (result: Result) => void;
  reject: (error: unknown) => void;
}

/**
 * Collects what arrives while the previous write is under way and writes it as one group: an idle service waits for
 * nothing, and a busy one pays one round trip for hundreds of items.
 */
export class GroupWriter<Item, Result> {
  private waiting: Waiting<Item, Result>[] = [];
  private writing = 0;
  private starting: { readonly timer?: NodeJS.Timeout; readonly immediate?: NodeJS.Immediate } | undefined;
  private readonly lingering: Lingering | undefined;
  /** Where the next item of an owner stands; only of those who have brought something since nothing waited. */
  private readonly places = new Map<string, number>();
  /** Where the last item stood that was written: who brings something now, begins there. */
  private reached = 0;

  constructor(
    private readonly write: GroupWrite<Item, Result>,
    private readonly limits: {
      /** Most items of one group. */
      items: number;
      /** Groups under way at once. */
      groups: number;
      linger?: Linger;
      /** What an item weighs, and the most a group may weigh: bounds the bytes of one statement. */
      weigh?: (item: Item) => number;
      weight?: number;
      /** Whose an item is. When not all that waits fits into a group, owners get equal weights, whatever each has. */
      ownerOf?: (item: Item) => string;
      /**
       * When a write fails, what has waited for it longer than this fails too: it would only wait for the next failure.
       * Without it, everything gets a write of its own.
       */
      patience?: { ms: number; monotonicMs: () => number };
    },
  ) {
    this.lingering = limits.linger && new Lingering(limits.linger);
  }

  /** @throws what the write of its group threw. */
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
      // A turn of the event loop later, everything that one read of the sockets brought is here.
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

  /** After what its owner brought before, by weight: start-time fair queueing. */
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

  /** How many of those in front one group takes. */
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
