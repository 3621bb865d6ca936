// Median, percentile and range of several numbers.

export function median(values) {
  const sorted = [...values].sort((a, b) => a - b);
  const middle = sorted.length >> 1;
  return sorted.length % 2 === 1 ? sorted[middle] : (sorted[middle - 1] + sorted[middle]) / 2;
}

/** The value that `share` of them do not exceed: 0.99 of 200 values is the third largest. */
export function percentile(values, share) {
  const sorted = [...values].sort((a, b) => a - b);
  return sorted[Math.min(sorted.length - 1, Math.floor(sorted.length * share))];
}

export const summary = (values) => ({
  median: median(values),
  min: Math.min(...values),
  max: Math.max(...values),
});

/** The medians of several runs of the same workload, field by field. */
export function medians(runs) {
  const fields = Object.keys(runs[0]);
  return Object.fromEntries(fields.map((field) => [field, median(runs.map((run) => run[field]))]));
}
