export interface Score {
  readonly score: number;
  /** Wall clock of the training. */
  readonly seconds: number;
  /** Everything else that was measured on the test rows. */
  readonly metrics?: Readonly<Record<string, number | undefined>>;
}

/** What was measured on one table: by seed, by contestant. */
export interface SetScores {
  readonly rows: number;
  readonly metric: string;
  readonly seeds: Record<string, Readonly<Record<string, Score>>>;
}

type Results = Readonly<Record<string, SetScores>>;

/** Their columns, in order; the networks of scikit-learn before those that are none. */
const peers = { mlp: 'MLP', mlpScaled: 'MLP, scaled target', hgb: 'HGB', linear: 'linear' };
const networks = ['mlp', 'mlpScaled'];

/** A Markdown table with a row for each set; differences are paired, as each seed is the same split for all. */
export function scoreTable(sets: readonly string[], own: Results, others: Results): string {
  const head = [
    'set',
    'rows',
    'metric',
    'Wellfit',
    ...Object.values(peers),
    'Wellfit - better MLP',
    'Wellfit - HGB',
    's',
  ];
  const measured = sets.filter((set) => own[set] ?? others[set]);
  const rows = measured.map((set) => rowOf(set, own[set], others[set]));
  const line = (cells: readonly string[]) => `| ${cells.join(' | ')} |`;
  return [line(head), line(head.map((_, i) => (i === 0 || i === 2 ? '---' : '---:'))), ...rows.map(line)].join('\n');
}

function rowOf(set: string, own: SetScores | undefined, others: SetScores | undefined): string[] {
  const { rows, metric } = (own ?? others)!;
  const seeds = { ...own?.seeds, ...others?.seeds };
  const all = Object.keys(seeds).map((seed) => ({ ...own?.seeds[seed], ...others?.seeds[seed] }));
  const scoresOf = (name: string) => all.flatMap((scores) => (scores[name] ? [scores[name].score] : []));
  const mean = (name: string) => meanAndError(scoresOf(name)).mean;
  const better = networks.filter((name) => scoresOf(name).length > 0).sort((a, b) => mean(b) - mean(a))[0];
  const unit = metric === 'accuracy' ? 100 : 1;
  const digits = metric === 'accuracy' ? 2 : 4;
  const written = (numbers: readonly number[], sign = false): string => {
    if (numbers.length === 0) return '';
    const { mean, error } = meanAndError(numbers.map((x) => unit * x));
    const text = mean.toFixed(digits).replace(/^-(0\.0*)$/, '$1');
    return `${sign && !text.startsWith('-') ? '+' : ''}${text} ± ${error.toFixed(digits)}`;
  };
  const lead = (over: string) =>
    all.flatMap(({ wellfit, [over]: peer }) => (wellfit && peer ? [wellfit.score - peer.score] : []));
  const seconds = all.flatMap(({ wellfit }) => (wellfit ? [wellfit.seconds] : []));
  return [
    set,
    rows.toLocaleString('en'),
    metric === 'accuracy' ? 'accuracy, %' : 'R²',
    written(scoresOf('wellfit')),
    ...Object.keys(peers).map((name) => written(scoresOf(name))),
    written(better ? lead(better) : [], true),
    written(lead('hgb'), true),
    seconds.length > 0 ? meanAndError(seconds).mean.toFixed(0) : '',
  ];
}

/** The mean and its standard error: the sample deviation by the root of how many there are. */
function meanAndError(numbers: readonly number[]): { mean: number; error: number } {
  const n = numbers.length;
  const mean = numbers.reduce((a, b) => a + b, 0) / n;
  const squares = numbers.reduce((sum, x) => sum + (x - mean) ** 2, 0);
  return { mean, error: Math.sqrt(squares / Math.max(1, n - 1) / n) };
}
