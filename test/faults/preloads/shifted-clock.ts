// Loaded before a process of the service: shifts its clock by CLOCK_SHIFT_SECONDS, but not its monotonic time.
const shiftMs = Number(process.env['CLOCK_SHIFT_SECONDS'] ?? '0') * 1000;
const TrueDate = Date;

class ShiftedDate extends TrueDate {
  constructor(...given: unknown[]) {
    super(...((given.length === 0 ? [TrueDate.now() + shiftMs] : given) as []));
  }

  static override now(): number {
    return TrueDate.now() + shiftMs;
  }
}

globalThis.Date = ShiftedDate as DateConstructor;
