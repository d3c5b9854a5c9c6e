/** A metric in an answer of `/metrics`. */
export interface ExposedMetric {
  readonly type: string;
  /** Names of the labels of its samples, without `le`. */
  readonly labels: ReadonlySet<string>;
  /** Samples by their series: name and labels as in the text. */
  readonly samples: ReadonlyMap<string, number>;
}

/** Suffixes that the samples of a histogram add to its name. */
const PARTS = /_(bucket|sum|count)$/;

/** Parses an answer of `/metrics`. The metrics have their own names; samples of a histogram belong to it. */
export function metricsIn(text: string): Map<string, ExposedMetric> {
  const metrics = new Map<string, { type: string; labels: Set<string>; samples: Map<string, number> }>();
  for (const line of text.split('\n')) {
    const [, name, type] = /^# TYPE (\S+) (\S+)$/.exec(line) ?? [];
    if (name !== undefined && type !== undefined) metrics.set(name, { type, labels: new Set(), samples: new Map() });
    const [, sample = '', labels = '', value] = /^([a-z]\w*)(?:\{(.*)\})? (\S+)$/.exec(line) ?? [];
    const metric = metrics.get(sample) ?? metrics.get(sample.replace(PARTS, ''));
    if (metric === undefined || value === undefined) continue;
    metric.samples.set(labels === '' ? sample : `${sample}{${labels}}`, Number(value));
    for (const [, label = ''] of labels.matchAll(/(\w+)="/g)) if (label !== 'le') metric.labels.add(label);
  }
  return metrics;
}

/** The metric that a name in a query means: `x_bucket` belongs to the histogram `x`. */
export function metricNamed<T>(name: string, metrics: ReadonlyMap<string, T>): T | undefined {
  return metrics.get(name) ?? metrics.get(name.replace(PARTS, ''));
}
