import type { Finding, Repair } from '../doctor/index.ts';
import type { ClassReport } from '../nn/index.ts';
import type { Choice, EpochRecord, Settings, Stop } from '../train/index.ts';

/** Everything that a report shows, computed; drawing it asks for nothing more. */
export interface ReportData {
  readonly title: string;
  /** Of Wellfit. */
  readonly version: string;
  readonly made: Date;
  /** What was typed to get here. */
  readonly command?: string;
  readonly seconds: number;
  readonly updates: number;
  readonly stopped: Stop;
  readonly headline: Headline;
  readonly data: DataFacts;
  readonly chosen: readonly Choice[];
  readonly settings: Settings;
  readonly model: { readonly layers: readonly string[]; readonly parameters: number; readonly members: number };
  /** One for each member of an ensemble. */
  readonly curves: readonly Curve[];
  readonly metrics: Readonly<Record<string, number>>;
  /** Rows: the true class; columns: the class that was said. */
  readonly confusion?: readonly (readonly number[])[];
  /** One for each class or label, in the order of `data.classes`. */
  readonly classReport?: readonly ClassReport[];
  readonly calibration?: Calibration;
  /** One for each number that is predicted. */
  readonly residuals?: readonly Residuals[];
  /** Largest first. */
  readonly worst: readonly WorstRow[];
  readonly importance?: Importance;
  /** What is wrong with the training: one chain, its head first. */
  readonly findings?: readonly Finding[];
  readonly repair?: Repair;
}

export interface Headline {
  readonly task: 'binary' | 'classes' | 'regression' | 'labels';
  /** Name of a metric, as "accuracy". */
  readonly metric: string;
  readonly value: number;
  readonly interval?: Interval;
  readonly better: 'higher' | 'lower';
  /** Which rows were measured, and how many they are. */
  readonly on: 'test' | 'validation';
  readonly rows: number;
  readonly baselines: readonly Baseline[];
}

/** Where the value would lie for other rows of the same kind, with probability `level`. */
export interface Interval {
  readonly low: number;
  readonly high: number;
  readonly level: number;
  readonly method: string;
}

/** A simpler way to answer. `name` can begin a sentence: "always saying “no”". */
export interface Baseline {
  readonly name: string;
  readonly why: string;
  readonly value: number;
}

export interface DataFacts {
  readonly name: string;
  /** What a row is, in the plural: "customers"; "rows" where it is left out. */
  readonly noun?: string;
  readonly rows: Readonly<Record<'train' | 'validation' | 'test', number>>;
  readonly columns?: readonly ColumnFacts[];
  readonly target?: string;
  /** Classes or labels by index; `count` over all rows. */
  readonly classes?: readonly { readonly name: string; readonly count: number }[];
  /** What a person should know before believing the numbers. */
  readonly notes: readonly string[];
  /** Files that could not be read. */
  readonly broken?: readonly { readonly path: string; readonly why: string }[];
}

export interface ColumnFacts {
  readonly name: string;
  readonly kind: string;
  readonly used: boolean;
  /** Why it is used in this way, or left out. */
  readonly why: string;
  readonly missing: number;
  readonly distinct: number;
}

export interface Curve {
  readonly name: string;
  readonly epochs: readonly EpochRecord[];
  /** The epoch whose weights were kept; counts from 1. */
  readonly best?: number;
}

export interface Calibration {
  /** The class whose probability is meant; where it is left out, the class that was said. */
  readonly of?: string;
  readonly bins: readonly CalibrationBin[];
  /** Mean over rows of |accuracy - confidence| of their bin. */
  readonly error: number;
}

/** Rows whose probability lies in (low, high]. */
export interface CalibrationBin {
  readonly low: number;
  readonly high: number;
  readonly rows: number;
  /** Mean probability that was given; NaN without rows. */
  readonly confidence: number;
  /** Share of rows for which it came true; NaN without rows. */
  readonly accuracy: number;
}

export interface Residuals {
  readonly name: string;
  readonly truth: readonly number[];
  readonly predicted: readonly number[];
  /** Rows that the drawn ones were taken from. */
  readonly total: number;
}

export interface WorstRow {
  /** Number of the row in the data set, from 0. */
  readonly row: number;
  /** How a person would find it, as the path of an image. */
  readonly name?: string;
  readonly truth: string;
  readonly said: string;
  /** Given to what was said. */
  readonly probability?: number;
  /** Prediction minus truth. */
  readonly error?: number;
  readonly loss?: number;
  /** The row as a person would want to see it, by column. */
  readonly values?: Readonly<Record<string, string | null>>;
  /** A data URI. */
  readonly image?: string;
}

export interface Importance {
  readonly rows: number;
  readonly repeats: number;
  /** Most important first. */
  readonly features: readonly FeatureImportance[];
}

export interface FeatureImportance {
  readonly feature: string;
  /** By how much the metric gets worse once the column is shuffled: mean over the repeats, positive where it gets worse. */
  readonly drop: number;
  /** Standard deviation over the repeats. */
  readonly deviation: number;
}
