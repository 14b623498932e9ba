import { grouped } from '../base/index.ts';

/** A space at which no line breaks. */
const tied = '\u00a0';

/** A fraction as percent, with one digit; with two where one would claim all or nothing. */
export function share(fraction: number): string {
  const percent = 100 * fraction;
  const exact = percent === 0 || percent === 100;
  const digits = exact ? 0 : percent < 0.05 || percent > 99.95 ? 2 : 1;
  return `${minus(percent.toFixed(digits))}${tied}%`;
}

/** A number with as many significant digits, thousands apart, and a minus sign that looks like one. */
export function number(x: number, digits = 3): string {
  if (!Number.isFinite(x)) return Number.isNaN(x) ? 'undefined' : x > 0 ? '∞' : '−∞';
  const size = Math.abs(Number(x.toPrecision(digits)));
  if (size === 0) return '0';
  if (size >= 1e7 || size < 1e-4) {
    const [factor, exponent] = x.toExponential(digits - 1).split('e');
    return minus(`${factor} · 10${raised(Number(exponent))}`).replaceAll(' ', tied);
  }
  const decimals = Math.max(0, digits - 1 - Math.floor(Math.log10(size)));
  return minus(x.toLocaleString('en-US', { minimumFractionDigits: decimals, maximumFractionDigits: decimals }));
}

/** A round number with no more digits than it needs: for the ticks of an axis. */
export function brief(x: number): string {
  if (x !== 0 && (Math.abs(x) >= 1e7 || Math.abs(x) < 1e-4)) return number(x, 2).replace(/\.0(?=\D)/, '');
  return minus(Number(x.toPrecision(6)).toLocaleString('en-US', { maximumFractionDigits: 8 }));
}

const minus = (text: string): string => text.replace(/^-/, '−');
const raised = (exponent: number): string =>
  String(exponent).replace(/[-\d]/g, (digit) => (digit === '-' ? '⁻' : '⁰¹²³⁴⁵⁶⁷⁸⁹'[Number(digit)]));

/** "1 row", "1,234 rows" */
export const count = (n: number, one: string, many = `${one}s`): string =>
  `${grouped(n)}${tied}${n === 1 ? one : many}`;

/** The beginning of a text that is too long for its place. */
export const clipped = (text: string, most: number): string =>
  text.length > most ? `${text.slice(0, most - 1).trimEnd()}…` : text;

export const capital = (text: string): string => text.charAt(0).toUpperCase() + text.slice(1);

const months = 'January February March April May June July August September October November December'.split(' ');

/** "21 November 2026, 10:57 UTC" */
export function moment(date: Date): string {
  const [hours, minutes] = date.toISOString().slice(11, 16).split(':');
  return `${date.getUTCDate()} ${months[date.getUTCMonth()]} ${date.getUTCFullYear()}, ${hours}:${minutes} UTC`;
}

/** How a metric is spoken of to people who have never met it. */
interface MetricWords {
  readonly title: string;
  /** A fraction that is shown as percent. */
  readonly share?: boolean;
  /** Goes behind "the model"; {} is the value. */
  readonly does: string;
  /** Goes behind the name of a simpler way. */
  readonly would: string;
  readonly meaning: string;
}

const spoken: Readonly<Record<string, MetricWords>> = {
  accuracy: {
    title: 'Accuracy',
    share: true,
    does: 'is right for {}',
    would: 'would be right for {}',
    meaning: 'share of rows for which the right answer was given',
  },
  topK: {
    title: 'Top-k accuracy',
    share: true,
    does: 'has the right answer among its first guesses for {}',
    would: 'would have it for {}',
    meaning: 'share of rows whose right answer is among the first guesses',
  },
  balancedAccuracy: {
    title: 'Balanced accuracy',
    share: true,
    does: 'is right for {}, if every class counts the same,',
    would: 'would reach {}',
    meaning: 'accuracy if every class counted the same, however rare it is',
  },
  precision: {
    title: 'Precision',
    share: true,
    does: 'is right in {} of the cases in which it names a class (precision)',
    would: 'would reach {}',
    meaning: 'of the rows that were said to be of a class, the share that is',
  },
  recall: {
    title: 'Recall',
    share: true,
    does: 'finds {} of the rows of a class (recall)',
    would: 'would find {}',
    meaning: 'of the rows of a class, the share that was found',
  },
  f1: {
    title: 'F1',
    does: 'reaches an F1 of {}',
    would: 'would reach {}',
    meaning: 'balance of precision and recall, 0 to 1',
  },
  matthews: {
    title: 'Matthews correlation',
    does: 'reaches a correlation of {} with the truth',
    would: 'would reach {}',
    meaning: 'correlation of answers and truth: 0 is guessing, 1 is perfect',
  },
  rocAuc: {
    title: 'Area under the ROC curve',
    does: 'ranks rows well: an area under the ROC curve of {}',
    would: 'would reach {}',
    meaning: 'how surely a row with a yes is ranked above one with a no: 0.5 is guessing, 1 is perfect',
  },
  averagePrecision: {
    title: 'Average precision',
    does: 'reaches an average precision of {}',
    would: 'would reach {}',
    meaning: 'precision, averaged over all thresholds',
  },
  logLoss: {
    title: 'Log loss',
    does: 'has a log loss of {}',
    would: 'would have {}',
    meaning: 'how surprised the model is by the truth; being sure and wrong costs most',
  },
  calibrationError: {
    title: 'Calibration error',
    does: 'has a calibration error of {}',
    would: 'would have {}',
    meaning: 'how far the stated probabilities are from the share that is right',
  },
  rmse: {
    title: 'Root mean square error',
    does: 'is off by {}, large errors counting more,',
    would: 'would be off by {}',
    meaning: 'typical size of an error in the unit of the target; large errors count more',
  },
  meanAbsoluteError: {
    title: 'Mean absolute error',
    does: 'is off by {} on average',
    would: 'would be off by {}',
    meaning: 'mean size of an error in the unit of the target',
  },
  r2: {
    title: 'R²',
    does: 'reaches an R² of {}',
    would: 'would reach {}',
    meaning: 'share of the differences between rows that is explained: 0 is always saying the mean, 1 is perfect',
  },
};

/** A tick of an axis that shows a metric. */
export const metricTick = (name: string, value: number): string =>
  metricWords(name).share ? `${brief(100 * value)}${tied}%` : brief(value);

/** The words for a metric; for one that has none, plain ones. */
export const metricWords = (name: string): MetricWords =>
  spoken[name] ?? { title: name, does: `reaches a ${name} of {}`, would: 'would reach {}', meaning: '' };

/** A metric's value as people read it. */
export const metricValue = (name: string, value: number): string =>
  metricWords(name).share && Number.isFinite(value) ? share(value) : number(value, Math.abs(value) >= 1000 ? 5 : 3);
