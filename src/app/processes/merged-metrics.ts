/** Metrics of one process in the Prometheus text format. */
export interface ProcessMetrics {
  /** Value of the label `process`. */
  readonly process: string;
  readonly text: string;
}

const COMMENT = /^# (?:HELP|TYPE) (\S+)/;
/** The name of a sample, and whether it has labels. */
const SAMPLE = /^([a-zA-Z_:][\w:]*)(\{?)/;

/**
 * Merges the metrics of several processes. Each sample gets the label `process`, so the result reads as if each process
 * had been scraped alone. Sums would mislead: a process that ends takes its counts with it, and Prometheus would take
 * the smaller sum for a restart of all counters. And the same gauge of all processes would be counted several times.
 */
export function mergedMetrics(all: readonly ProcessMetrics[]): string {
  const metrics = new Map<string, { comments: string[]; samples: string[] }>();
  for (const { process, text } of all) {
    const seen = new Set(metrics.keys());
    let current = '';
    for (const line of text.split('\n')) {
      current = COMMENT.exec(line)?.[1] ?? current;
      const metric = metrics.get(current) ?? { comments: [], samples: [] };
      metrics.set(current, metric);
      if (!line.startsWith('#') && line !== '') metric.samples.push(labelled(line, process));
      else if (line !== '' && !seen.has(current)) metric.comments.push(line);
    }
  }
  const groups = [...metrics.values()].map(({ comments, samples }) => [...comments, ...samples].join('\n'));
  return `${groups.join('\n\n')}\n`;
}

function labelled(sample: string, process: string): string {
  return sample.replace(SAMPLE, (_, name: string, brace: string) =>
    brace === '' ? `${name}{process="${process}"}` : `${name}{process="${process}",`,
  );
}
