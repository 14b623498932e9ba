import { accuracies, alarms, badLoss, perEpoch, type Tool } from './tool.ts';

const rates = { most: 0.01, least: 1e-7 };
const mostDropout = 0.5;
/** Epochs before validation may be suspicious, and from which accuracy and which lead over training it is. */
const suspicious = { after: 3, accuracy: 0.95, lead: 0.05 };

export const umlaut: Tool = {
  name: 'UMLAUT',
  source: 'Schoop, Huang and Hartmann, CHI 2021',
  differs: [
    'the range of the input is that of the batches that were looked at',
    'rates are compared whatever the optimizer, as there',
    'a missing softmax and wrong shapes, which it also finds, cannot be written in Wellfit',
  ],
  symptoms: {
    inputRange: ['unscaledInput'],
    missingActivation: ['noActivation'],
    nanLoss: ['notFinite', 'diverged', 'rateTooHigh'],
    rateTooHigh: ['rateTooHigh', 'updateRatioTooHigh'],
    rateTooLow: ['fallingSlowly', 'updateRatioTooLow'],
    dropout: ['dropoutTooHigh'],
    overfitting: ['overfitting'],
    suspiciousValidation: ['validationTooGood'],
  },
  look(history) {
    const { signals, epochs, layers, settings } = history;
    const epoch = perEpoch(history);
    const outside = signals.find(({ input }) => !(input.largest <= 1));
    const { lr } = Object.values(settings.optimizer)[0] as { lr: number };
    const drops = settings.model.flatMap((layer) =>
      typeof layer === 'object' && layer !== null && 'dropout' in layer ? [layer.dropout as { rate: number }] : [],
    );
    const bad = badLoss(history);
    const curves = accuracies(history);
    const overfits = epochs.findIndex(
      ({ train, validation }, i) =>
        i > 0 && train.loss < epochs[i - 1].train.loss && validation!.loss > epochs[i - 1].validation!.loss,
    );
    const tooGood = curves?.validation.findIndex(
      (accuracy, i) =>
        i >= suspicious.after && (accuracy > suspicious.accuracy || accuracy - curves.train[i] > suspicious.lead),
    );
    return alarms({
      inputRange: outside && { since: outside.update },
      missingActivation: linearHidden(layers),
      nanLoss: bad === undefined ? undefined : { since: bad },
      rateTooHigh: lr > rates.most ? { since: 0 } : undefined,
      rateTooLow: lr < rates.least ? { since: 0 } : undefined,
      dropout: drops.some(({ rate }) => rate > mostDropout) ? { since: 0 } : undefined,
      overfitting: overfits > 0 ? { since: (overfits + 1) * epoch } : undefined,
      suspiciousValidation: tooGood !== undefined && tooGood >= 0 ? { since: (tooGood + 1) * epoch } : undefined,
    });
  },
};

/** Layers with weights, and those that only bring numbers into another form. */
const weighted = new Set(['dense', 'conv2d']);
const passing = new Set(['flatten', 'dropout', 'batchNorm', 'layerNorm', 'maxPool', 'averagePool', 'linear']);

/** A layer with weights that the next one follows without an activation in between. */
function linearHidden(layers: readonly { name: string; kind: string }[]): { since: number; layer: string } | undefined {
  let open: string | undefined;
  for (const { name, kind } of layers) {
    if (weighted.has(kind)) {
      if (open) return { since: 0, layer: open };
      open = name;
    } else if (!passing.has(kind)) open = undefined;
  }
  return undefined;
}
