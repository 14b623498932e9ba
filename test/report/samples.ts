import { Random } from '../../src/base/index.ts';
import type { Curve, ReportData } from '../../src/report/index.ts';

const random = new Random(11);

const settings: ReportData['settings'] = {
  data: { dataset: 'adult' },
  target: 'standardize',
  split: { validation: 0.1, test: 0.2, seed: 0, stratify: true, by: 'row' },
  limit: {},
  preprocess: ['columns'],
  augment: [],
  model: [{ dense: { units: 128 } }, 'relu', { dropout: { rate: 0.2 } }, { dense: { units: 1 } }],
  loss: 'binaryCrossEntropy',
  metric: 'accuracy',
  optimizer: { adam: { lr: 0.002 } },
  schedule: 'oneCycle',
  regularize: {},
  epochs: 30,
  batchSize: 256,
  seed: 0,
  earlyStopping: false,
};

function curve(name: string, epochs: number, from: number, to: number, metric: (loss: number) => number): Curve {
  let least = Number.POSITIVE_INFINITY;
  let best = 1;
  const records = Array.from({ length: epochs }, (_, i) => {
    const loss = (rate: number) => to + (from - to) * Math.exp(-rate * i) + 0.004 * random.normal();
    const [train, validation] = [loss(0.35) - 0.0016 * i, loss(0.4) + 0.00006 * i * i];
    if (validation < least) [least, best] = [validation, i + 1];
    return {
      epoch: i + 1,
      train: { loss: train, metric: metric(train) },
      validation: { loss: validation, metric: metric(validation) },
      seconds: 0.4,
    };
  });
  return { name, epochs: records, best };
}

const column = (name: string, kind: string, why: string, missing = 0, distinct = 40, used = true) => ({
  name,
  kind,
  used,
  why,
  missing,
  distinct,
});

const bins = (counts: readonly number[], sure: number) =>
  counts.map((rows, i) => {
    const middle = (i + 0.5) / counts.length;
    const accuracy = Math.min(1, Math.max(0, 0.5 + (middle - 0.5) * sure + 0.01 * random.normal()));
    const empty = rows === 0;
    return {
      low: i / counts.length,
      high: (i + 1) / counts.length,
      rows,
      confidence: empty ? Number.NaN : middle,
      accuracy: empty ? Number.NaN : accuracy,
    };
  });

/** Two classes from a table. */
export const customers: ReportData = {
  title: 'Who earns more than 50,000 dollars?',
  version: '0.1.0',
  made: new Date('2026-11-21T10:57:00Z'),
  command: 'npx wellfit train --data adult.csv --target income',
  seconds: 48.2,
  updates: 3840,
  stopped: {
    ending: 'earlyStopping',
    words: 'the validation loss has not improved for 8 epochs; the best was epoch 19',
  },
  headline: {
    task: 'binary',
    metric: 'accuracy',
    value: 0.8693,
    interval: { low: 0.8625, high: 0.8758, level: 0.95, method: 'by Wilson’s formula' },
    better: 'higher',
    on: 'test',
    rows: 9769,
    baselines: [
      { name: 'always saying “<=50K”', why: 'the most frequent class', value: 0.7607 },
      { name: 'a linear model', why: 'logistic regression on the same columns', value: 0.8511 },
    ],
  },
  data: {
    name: 'adult',
    noun: 'customers',
    rows: { train: 34189, validation: 4884, test: 9769 },
    target: 'income',
    columns: [
      column('age', 'number', 'whole numbers with 74 different values', 0, 74),
      column('workclass', 'category', '8 different texts', 2799, 8),
      column('education', 'category', '16 different texts', 0, 16),
      column('education_num', 'number', 'whole numbers', 0, 16),
      column('marital_status', 'category', '7 different texts', 0, 7),
      column('occupation', 'category', '14 different texts', 2809, 14),
      column('relationship', 'category', '6 different texts', 0, 6),
      column('race', 'category', '5 different texts', 0, 5),
      column('sex', 'category', '2 different texts', 0, 2),
      column('capital_gain', 'number', 'whole numbers, most of them 0', 0, 123),
      column('capital_loss', 'number', 'whole numbers, most of them 0', 0, 99),
      column('hours_per_week', 'number', 'whole numbers', 0, 96),
      column('native_country', 'category', '41 different texts', 857, 41),
      column(
        'id',
        'number',
        'a different value in every row: it counts the rows and says nothing of them',
        0,
        48842,
        false,
      ),
    ],
    classes: [
      { name: '<=50K', count: 37155 },
      { name: '>50K', count: 11687 },
    ],
    notes: [
      'the column "fnlwgt" looks like a weight of the survey: it is used, but may mean nothing for new rows',
      '29 rows of the test stand in the training rows too; without them the accuracy would hardly differ',
    ],
  },
  chosen: [
    { setting: 'model', value: 'table', why: 'columns of a table, two of three of them categories' },
    { setting: 'loss', value: 'binaryCrossEntropy', why: 'two classes' },
    { setting: 'optimizer', value: { adam: { lr: 0.002 } }, why: 'needs the least tuning' },
    { setting: 'batchSize', value: 256, why: '34,189 training rows' },
  ],
  settings,
  model: {
    layers: ['columns [108]', 'dense 128', 'relu [128]', 'dropout [128]', 'dense 1'],
    parameters: 14081,
    members: 1,
  },
  curves: [curve('the network', 27, 0.55, 0.3, (loss) => 1.02 - loss / 2)],
  metrics: {
    accuracy: 0.8693,
    balancedAccuracy: 0.7881,
    precision: 0.8312,
    recall: 0.7881,
    f1: 0.8061,
    matthews: 0.6181,
    rocAuc: 0.9262,
    averagePrecision: 0.8233,
    logLoss: 0.2813,
    calibrationError: 0.0091,
  },
  confusion: [
    [7028, 403],
    [874, 1464],
  ],
  classReport: [
    { precision: 0.8894, recall: 0.9458, f1: 0.9167, support: 7431 },
    { precision: 0.7841, recall: 0.6262, f1: 0.6963, support: 2338 },
  ],
  calibration: {
    of: '>50K',
    bins: bins([4803, 861, 560, 466, 411, 372, 341, 305, 274, 249, 233, 214, 188, 171, 321], 0.97),
    error: 0.0117,
  },
  worst: Array.from({ length: 12 }, (_, i) => ({
    row: 39073 + 711 * i,
    truth: i % 4 === 1 ? '<=50K' : '>50K',
    said: i % 4 === 1 ? '>50K' : '<=50K',
    probability: 0.9993 - 0.0021 * i,
    loss: 7.26 - 0.21 * i,
    values: {
      age: String(19 + 3 * i),
      workclass: i % 3 ? 'Private' : null,
      education: 'Some-college',
      education_num: '10',
      marital_status: 'Never-married',
      occupation: 'Adm-clerical',
      relationship: 'Own-child',
      race: 'White',
      sex: i % 2 ? 'Female' : 'Male',
      capital_gain: '0',
      capital_loss: '0',
      hours_per_week: String(20 + 2 * i),
      native_country: 'United-States',
    },
  })),
  importance: {
    rows: 2000,
    repeats: 5,
    features: (
      [
        ['capital_gain', 0.0471, 0.0021],
        ['marital_status', 0.0382, 0.0033],
        ['relationship', 0.0214, 0.0035],
        ['education_num', 0.0171, 0.0028],
        ['age', 0.0148, 0.0022],
        ['occupation', 0.0127, 0.0026],
        ['capital_loss', 0.0089, 0.0014],
        ['hours_per_week', 0.0081, 0.0019],
        ['workclass', 0.0031, 0.0016],
        ['education', 0.0017, 0.0012],
        ['sex', 0.0009, 0.0011],
        ['native_country', -0.0002, 0.0007],
        ['race', -0.0006, 0.0009],
      ] as const
    ).map(([feature, drop, deviation]) => ({ feature, drop, deviation })),
  },
};

const truth = Array.from({ length: 2000 }, () =>
  Math.min(500001, Math.round(90000 + 75000 * Math.exp(random.normal() * 0.65))),
);

/** A number from a table, by an ensemble. */
export const houses: ReportData = {
  ...customers,
  title: 'What is a house in this block worth?',
  command: 'npx wellfit train --data california-housing.csv --target median_house_value --members 5',
  headline: {
    task: 'regression',
    metric: 'rmse',
    value: 48123,
    interval: { low: 46310, high: 50042, level: 0.95, method: 'from 1,000 bootstrap samples' },
    better: 'lower',
    on: 'test',
    rows: 4128,
    baselines: [
      { name: 'always saying the mean', why: '206,856, the mean of the training rows', value: 115430 },
      { name: 'a linear model', why: 'least squares on the same columns', value: 68310 },
    ],
  },
  data: {
    name: 'california-housing',
    noun: 'blocks',
    rows: { train: 14448, validation: 2064, test: 4128 },
    target: 'median_house_value',
    columns: [
      column('longitude', 'number', 'numbers with fractions', 0, 844),
      column('latitude', 'number', 'numbers with fractions', 0, 862),
      column('total_bedrooms', 'number', 'whole numbers; filled with the median where missing', 207, 1923),
      column('median_income', 'number', 'numbers with fractions', 0, 12928),
      column('ocean_proximity', 'category', '5 different texts', 0, 5),
    ],
    notes: ['965 rows have the greatest value of the target, 500,001: it was probably cut off there'],
  },
  model: {
    layers: ['columns [21]', 'dense 128', 'relu [128]', 'dense 128', 'relu [128]', 'dense 1'],
    parameters: 19585,
    members: 5,
  },
  curves: Array.from({ length: 5 }, (_, i) =>
    curve(`member ${i + 1}`, 24 + 3 * i, 0.9, 0.18, (loss) => 115430 * Math.sqrt(loss)),
  ),
  metrics: { rmse: 48123, meanAbsoluteError: 31544, r2: 0.8262 },
  confusion: undefined,
  classReport: undefined,
  calibration: undefined,
  residuals: [
    {
      name: 'median_house_value',
      truth,
      predicted: truth.map((value) => Math.round(value + (14000 + 0.14 * value) * random.normal())),
      total: 4128,
    },
  ],
  worst: Array.from({ length: 12 }, (_, i) => ({
    row: 16512 + 311 * i,
    truth: '500,001',
    said: String(187_300 + 9_100 * i),
    error: -312_701 + 9_100 * i,
    loss: 9.8e10 - 1e9 * i,
    values: {
      longitude: '-122.23',
      latitude: '37.88',
      total_bedrooms: null,
      median_income: '2.3668',
      ocean_proximity: 'NEAR BAY',
    },
  })),
  importance: {
    rows: 2000,
    repeats: 5,
    features: [
      { feature: 'longitude', drop: 71210, deviation: 1830 },
      { feature: 'latitude', drop: 66004, deviation: 1711 },
      { feature: 'median_income', drop: 41873, deviation: 1204 },
      { feature: 'ocean_proximity', drop: 9120, deviation: 622 },
      { feature: 'total_bedrooms', drop: 4031, deviation: 411 },
    ],
  },
};

const many = 37;
const matrix = Array.from({ length: many }, (_, i) =>
  Array.from({ length: many }, (_, j) =>
    i === j ? 70 + random.below(30) : random.uniform() < 0.06 ? random.below(14) : 0,
  ),
);

/** More classes than a table can show. */
export const manyClasses: ReportData = {
  ...customers,
  title: 'Thirty-seven kinds of pets',
  headline: {
    ...customers.headline,
    task: 'classes',
    value: 0.9121,
    interval: undefined,
    baselines: [{ name: 'always saying “abyssinian”', why: 'the most frequent class', value: 0.0287 }],
  },
  data: {
    name: 'pets',
    noun: 'images',
    rows: { train: 5906, validation: 738, test: 738 },
    classes: matrix.map((row, i) => ({ name: `breed ${i + 1}`, count: row.reduce((sum, rows) => sum + rows, 0) })),
    notes: [],
    broken: [{ path: 'pets/bengal/17.jpg', why: 'the file is empty' }],
  },
  confusion: matrix,
  classReport: matrix.map(() => ({
    precision: 0.9 + 0.1 * random.uniform(),
    recall: 0.8 + 0.2 * random.uniform(),
    f1: 0.91,
    support: 90,
  })),
  calibration: { bins: bins([0, 0, 0, 0, 2, 6, 11, 19, 24, 31, 40, 52, 63, 90, 400], 0.84), error: 0.0621 },
  importance: undefined,
  residuals: undefined,
};
