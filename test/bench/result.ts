/** One line of the benchmark report. */
export interface BenchResult {
  readonly name: string;
  readonly unit: string;
  /** The same work by the barest means, measured in the same run. */
  readonly floor: number;
  readonly ours: number;
  /** Ours to the floor, in the direction that `aim` is written in. */
  readonly ratio: number;
  readonly aim: string;
  readonly notes: readonly string[];
}

export function median(values: readonly number[]): number {
  return quantile(values, 0.5);
}

/** The value below which a share `q` (0..1) of the values lies, by nearest rank; NaN for none. */
export function quantile(values: readonly number[], q: number): number {
  const sorted = values.toSorted((a, b) => a - b);
  return sorted[Math.min(sorted.length - 1, Math.max(0, Math.ceil(q * sorted.length) - 1))] ?? Number.NaN;
}

const number = (value: number): string =>
  Number.isNaN(value) ? '–' : value >= 1000 ? Math.round(value).toLocaleString('en') : value.toPrecision(3);

/** The report for people: a line a measurement, its notes indented below. */
export function renderResult(result: BenchResult): string {
  const head =
    `${result.name}: ours ${number(result.ours)} ${result.unit}, floor ${number(result.floor)} ${result.unit},` +
    ` ratio ${number(result.ratio)} (aim: ${result.aim})`;
  return [head, ...result.notes.map((note) => `    ${note}`)].join('\n');
}
