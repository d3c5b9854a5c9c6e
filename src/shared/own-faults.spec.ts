import type { Logger } from './logging/logger.js';
import { Metrics } from './metrics/metrics.js';
import { OwnFaults } from './own-faults.js';
import type { Clock } from './time/clock.js';

function someFaults() {
  const time = { ms: 0 };
  const lines: object[] = [];
  const logger = { warn: (fields: object) => lines.push(fields) } as unknown as Logger;
  const metrics = new Metrics();
  const faults = new OwnFaults({ monotonicMs: () => time.ms } as Clock, logger, metrics);
  const note = (reason: string): void => {
    faults.note(reason, { deliveryId: 'dlv_1', cause: new Error('why') });
  };
  return { faults, lines, metrics, note, time };
}

describe('the faults of this process', () => {
  it('are counted by reason', async () => {
    const { metrics, note } = someFaults();
    for (const reason of ['encryption_key', 'encryption_key', 'resolver']) note(reason);
    const text = await metrics.render();
    expect(text).toContain('webhook_deliveries_postponed_total{reason="encryption_key"} 2');
    expect(text).toContain('webhook_deliveries_postponed_total{reason="resolver"} 1');
  });

  it('are logged once per second and reason, with the number of faults left out', () => {
    const { lines, note, time } = someFaults();
    for (let n = 0; n < 1000; n += 1) note('encryption_key');
    note('resolver');
    time.ms = 1000;
    note('encryption_key');
    expect(lines).toMatchObject([
      { reason: 'encryption_key', others: 0, delivery_id: 'dlv_1' },
      { reason: 'resolver', others: 0 },
      { reason: 'encryption_key', others: 999 },
    ]);
  });

  it('are reported for a minute', () => {
    const { faults, note, time } = someFaults();
    expect(faults.ofLastMinute()).toEqual([]);
    note('encryption_key');
    time.ms = 30_000;
    note('resolver');
    time.ms = 60_001;
    expect(faults.ofLastMinute()).toEqual(['resolver']);
  });
});
