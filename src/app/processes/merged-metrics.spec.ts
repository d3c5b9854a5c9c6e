import { Counter, Gauge, Histogram, Registry } from 'prom-client';
import { mergedMetrics } from './merged-metrics.js';

async function metricsOf(process: string, accepted: number): Promise<{ process: string; text: string }> {
  const registry = new Registry();
  const registers = [registry];
  new Counter({ name: 'accepted_total', help: 'Events', registers }).inc(accepted);
  new Gauge({ name: 'up', help: 'Whether "it" is\nup', labelNames: ['of'], registers }).set({ of: 'a "b" } {' }, 1);
  new Histogram({ name: 'seconds', help: 'Time', buckets: [1], registers }).observe(0.5);
  return { process, text: await registry.metrics() };
}

describe('the metrics of several processes', () => {
  it('are those of each process with its label, each metric described once', async () => {
    expect(mergedMetrics([await metricsOf('1', 3), await metricsOf('2', 4)]).split('\n')).toEqual([
      '# HELP accepted_total Events',
      '# TYPE accepted_total counter',
      'accepted_total{process="1"} 3',
      'accepted_total{process="2"} 4',
      '',
      '# HELP up Whether "it" is\\nup',
      '# TYPE up gauge',
      String.raw`up{process="1",of="a \"b\" } {"} 1`,
      String.raw`up{process="2",of="a \"b\" } {"} 1`,
      '',
      '# HELP seconds Time',
      '# TYPE seconds histogram',
      'seconds_bucket{process="1",le="1"} 1',
      'seconds_bucket{process="1",le="+Inf"} 1',
      'seconds_sum{process="1"} 0.5',
      'seconds_count{process="1"} 1',
      'seconds_bucket{process="2",le="1"} 1',
      'seconds_bucket{process="2",le="+Inf"} 1',
      'seconds_sum{process="2"} 0.5',
      'seconds_count{process="2"} 1',
      '',
    ]);
  });

  it('include what only one of them has', () => {
    const text = mergedMetrics([
      { process: 'supervisor', text: '# HELP a A\n# TYPE a gauge\na 1\n' },
      { process: '1', text: '# HELP b B\n# TYPE b gauge\nb NaN\n' },
    ]);
    expect(text).toBe(
      '# HELP a A\n# TYPE a gauge\na{process="supervisor"} 1\n\n# HELP b B\n# TYPE b gauge\nb{process="1"} NaN\n',
    );
  });
});
