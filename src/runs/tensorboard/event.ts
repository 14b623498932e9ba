import type { Histogram } from '../series.ts';
import { double, doubles, encoded, type Field, float, integer, message, string } from './protobuf.ts';

/** One thing that TensorBoard shows at one step. */
export interface Summary {
  /** Milliseconds since 1970. */
  readonly time: number;
  readonly step: number;
  readonly tag: string;
  readonly value: { readonly number: number } | { readonly histogram: Histogram } | { readonly text: string };
}

/** Field numbers of TensorFlow's event.proto, summary.proto, histogram.proto and tensor.proto. */
const ofEvent = { wallTime: 1, step: 2, fileVersion: 3, summary: 5 } as const;
const ofSummary = { value: 1 } as const;
const ofValue = { tag: 1, number: 2, histogram: 5, tensor: 8, metadata: 9 } as const;
const ofHistogram = { min: 1, max: 2, count: 3, sum: 4, sumOfSquares: 5, limits: 6, counts: 7 } as const;
const ofMetadata = { plugin: 1, dataClass: 4 } as const;
const ofPlugin = { name: 1 } as const;
const ofTensor = { type: 1, shape: 2, strings: 8 } as const;
const [stringType, tensorClass] = [7, 2];

/** What an event file begins with. */
export const encodeHeader = (time: number): Uint8Array =>
  encoded(double(ofEvent.wallTime, time / 1000), string(ofEvent.fileVersion, 'brain.Event:2'));

export const encodeSummary = ({ time, step, tag, value }: Summary): Uint8Array =>
  encoded(
    double(ofEvent.wallTime, time / 1000),
    integer(ofEvent.step, step),
    message(ofEvent.summary, message(ofSummary.value, string(ofValue.tag, tag), ...fieldsOf(value))),
  );

function fieldsOf(value: Summary['value']): Field[] {
  if ('number' in value) return [float(ofValue.number, value.number)];
  if ('histogram' in value) return [histogramField(value.histogram)];
  return textFields(value.text);
}

/** The sums, which are not recorded, are those of the middles of the bins. */
function histogramField({ low, high, counts }: Histogram): Field {
  const total = counts.reduce((a, b) => a + b, 0);
  const bins = low === high ? [total] : counts;
  const edge = (i: number) => low * (1 - i / bins.length) + high * (i / bins.length);
  const middles = bins.map((_, i) => edge(i + 0.5));
  const { min, max, count, sum, sumOfSquares, limits, counts: ofCounts } = ofHistogram;
  return message(
    ofValue.histogram,
    double(min, low),
    double(max, high),
    double(count, total),
    double(
      sum,
      middles.reduce((all, x, i) => all + bins[i] * x, 0),
    ),
    double(
      sumOfSquares,
      middles.reduce((all, x, i) => all + bins[i] * x * x, 0),
    ),
    doubles(
      limits,
      bins.map((_, i) => edge(i + 1)),
    ),
    doubles(ofCounts, bins),
  );
}

/** A tensor of one string, which TensorBoard reads as Markdown. */
const textFields = (text: string): Field[] => [
  message(ofValue.tensor, integer(ofTensor.type, stringType), message(ofTensor.shape), string(ofTensor.strings, text)),
  message(
    ofValue.metadata,
    message(ofMetadata.plugin, string(ofPlugin.name, 'text')),
    integer(ofMetadata.dataClass, tensorClass),
  ),
];
