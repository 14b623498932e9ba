import { type Shape, WellfitError } from '../base/index.ts';

/** A column as the model takes it. */
export interface ModelColumn {
  readonly name: string;
  /** The name of the model's input: mostly that of the column. */
  readonly input: string;
  /** Dates are numbers of days since 1970-01-01. */
  readonly kind: 'number' | 'date' | 'category';
  /** Least and greatest number among the training rows. */
  readonly range?: readonly [number, number];
  /** The values that the model knows, and the number that stands for each inside. */
  readonly values?: readonly string[];
  readonly codes?: readonly number[];
  /** The number that stands for a missing value. */
  readonly missing?: number;
}

/** What a model file says of itself. */
export interface ModelFacts {
  readonly task: 'classes' | 'scores' | 'labels' | 'regression';
  /** What it was trained on. */
  readonly dataset: string;
  /** What the target is called, in a table. */
  readonly target?: string;
  readonly classes?: readonly string[];
  /** Columns by name, each an input of its own; */
  readonly columns?: readonly ModelColumn[];
  /** or rows of this shape, all in the input "input". */
  readonly shape?: Shape;
  /** Whether the numbers of a row are bytes, as pixels are. */
  readonly bytes?: boolean;
  /** The whole experiment. */
  readonly settings?: unknown;
  /** How the training went, and what the test rows said. */
  readonly results?: unknown;
  /** What the training data hash to, and how many rows there were. */
  readonly data?: unknown;
}

/** Whether Wellfit made the model. */
export const isOwn = (metadata: Readonly<Record<string, string>>): boolean => 'wellfit.version' in metadata;

/** Raised where an older reader could misunderstand what is written. */
const version = 2;
const key = 'wellfit.model';

export const writeFacts = (facts: ModelFacts): Record<string, string> => ({
  'wellfit.version': String(version),
  [key]: JSON.stringify(facts),
});

/**
 * Reads what `writeFacts` wrote.
 * @throws WellfitError for models that Wellfit did not make, or that a newer Wellfit made
 */
export function readFacts(metadata: Readonly<Record<string, string>>): ModelFacts {
  const written = metadata['wellfit.version'];
  if (written === undefined)
    throw new WellfitError('file', 'this model was not made by Wellfit', {
      expected: 'an ONNX file that "wellfit train" wrote',
      received: 'an ONNX file without the description of its inputs and classes',
      fix: 'run it with ONNX Runtime, or continue its training with: wellfit train --from model.onnx',
    });
  if (Number(written) !== version || metadata[key] === undefined)
    throw new WellfitError(
      'file',
      `this model was written by ${Number(written) > version ? 'a newer' : 'another'} Wellfit`,
      {
        expected: `a model of version ${version}`,
        received: `version ${written}`,
        fix: Number(written) > version ? 'update Wellfit' : 'train it again',
      },
    );
  return JSON.parse(metadata[key]) as ModelFacts;
}
