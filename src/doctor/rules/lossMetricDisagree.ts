import { short } from '../../base/index.ts';
import { metrics } from '../../nn/index.ts';
import { entryOf, mean } from '../curves.ts';
import type { Rule } from '../rule.ts';

const fewest = 10;
/** Change from the first to the last third of the epochs, of the loss and of the metric, as a share of their level. */
const [ofLoss, ofMetric] = [0.1, 0.02];

/** The validation loss becomes better and the metric worse, or the other way round. */
export const lossMetricDisagree: Rule = {
  question: 'Do loss and metric say the same?',
  needs: ['epochs'],
  leadsTo: [],
  look({ epochs, settings }) {
    const { kind } = entryOf(settings.metric);
    const seen = epochs.flatMap(({ validation }) => (validation ? [validation] : []));
    if (seen.length < fewest || !(kind in metrics)) return undefined;
    // What the first epochs bring, both agree on.
    const third = Math.floor(seen.length / 3);
    const [early, late] = [seen.slice(third, 2 * third), seen.slice(-third)];
    const [lossBefore, loss] = [early, late].map((part) => mean(part.map((one) => one.loss)));
    const [metricBefore, metric] = [early, late].map((part) => mean(part.map((one) => one.metric)));
    const higher = metrics[kind as keyof typeof metrics].better === 'higher';
    const worse = (loss - lossBefore) / lossBefore;
    const better = ((higher ? 1 : -1) * (metric - metricBefore)) / Math.abs(metricBefore);
    const disagree = (worse > ofLoss && better > ofMetric) || (worse < -ofLoss && better < -ofMetric);
    if (!disagree) return undefined;
    return {
      severity: 'info',
      since: 1,
      saw: `in the last third of the epochs the validation loss went from ${short(lossBefore)} to ${short(loss)}, the ${kind} from ${short(metricBefore)} to ${short(metric)}`,
      why:
        worse > 0
          ? 'more rows are right, but the wrong ones are said with ever more certainty, which costs the loss more than it gains'
          : 'the loss is won on rows that the metric does not count, such as those of frequent classes',
      try: [
        'decide which of the two matters, and let early stopping watch that one: "earlyStopping": { "metric": … }',
        'label smoothing or weight decay, against too much certainty',
      ],
      changes: [],
    };
  },
};
