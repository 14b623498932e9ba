/** Bodies of the events that a training writes, as far as they are read here; what else stands in them is kept. */

export interface Measured {
  readonly loss: number;
  readonly metric?: number;
}

export interface Epoch {
  /** Counts from 1. */
  readonly epoch: number;
  readonly train: Measured;
  readonly validation?: Measured;
  readonly seconds: number;
}

export interface Start {
  readonly settings: Readonly<Record<string, unknown>>;
  readonly chosen?: readonly { readonly setting: string; readonly value: unknown; readonly why: string }[];
  readonly notes?: readonly string[];
  readonly parameters?: number;
  readonly rows?: Readonly<Record<'train' | 'validation' | 'test', number>>;
  readonly layers?: readonly { readonly name: string; readonly kind: string }[];
}

/** One number an update; the first is of the update `first`. */
export interface Updates {
  readonly first: number;
  readonly loss: readonly number[];
  readonly lr: readonly number[];
}

export interface LayerSignals {
  readonly mean?: number;
  readonly deviation?: number;
  /** Shares of the outputs, 0 to 1. */
  readonly zeros?: number;
  readonly silent?: number;
  readonly saturated?: number;
  readonly gradient?: number;
}

export interface ParameterSignals {
  readonly weight?: number;
  readonly gradient?: number;
  readonly update?: number;
  readonly ratio?: number;
}

export interface Signals {
  readonly update: number;
  readonly loss?: number;
  readonly layers?: Readonly<Record<string, LayerSignals>>;
  readonly parameters?: Readonly<Record<string, ParameterSignals>>;
}

/** From the least to the worst. */
export const severities = ['info', 'warning', 'error'] as const;

export interface Finding {
  readonly rule: string;
  readonly severity: string;
  readonly layer?: string;
  readonly since?: number;
  readonly saw: string;
  readonly why: string;
  readonly try: readonly string[];
  /** What a probe has shown, if it was put to the proof. */
  readonly proved?: object | null;
  readonly rootCause?: boolean;
}

export interface MemberStart {
  readonly what: string;
  /** Counts from 1. */
  readonly index: number;
  readonly of: number;
}

export interface End {
  readonly stopped: { readonly ending: string; readonly words: string };
  readonly best?: Epoch;
  readonly epochs: number;
}

/** What each kind of event carries. */
export interface Bodies {
  readonly start: Start;
  readonly updates: Updates;
  readonly epoch: { readonly record: Epoch; readonly best: boolean };
  readonly signals: { readonly signals: Signals };
  readonly finding: { readonly finding: Finding };
  readonly checkpoint: { readonly update: number };
  readonly log: { readonly text: string };
  readonly member: MemberStart;
  readonly end: End;
  /** The run was interrupted, and another process goes on with it. */
  readonly resume: Readonly<Record<string, never>>;
}
