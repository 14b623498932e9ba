import { type ErrorFacts, type ErrorKind, WellfitError } from '../../base/index.ts';
import type { Job } from '../run/job.ts';
import type { Setup } from '../run/setup.ts';
import type { Tried } from '../run/trial.ts';
import type { Report } from '../trial.ts';

/** A job as a process is told of it. */
export interface Order {
  readonly job: Job;
  readonly resume?: Uint8Array;
  /** What is listened to. */
  readonly reports: boolean;
  readonly checkpoints: boolean;
}

/** What a process is told. The first message is the setup; answers come in the order of what they answer, each to the trial of a number. */
export type ToProcess =
  | { readonly kind: 'setup'; readonly setup: Setup }
  /** They begin at once, side by side. */
  | { readonly kind: 'jobs'; readonly orders: readonly Order[] }
  | { readonly kind: 'answer'; readonly number: number; readonly end: boolean }
  | { readonly kind: 'kept'; readonly number: number }
  | { readonly kind: 'abort'; readonly number: number };

/** What a process tells: of its data, and then of the trials by their numbers. */
export type FromProcess =
  | { readonly kind: 'ready' }
  | { readonly kind: 'useless'; readonly error: ErrorInWords }
  | FromTrial;

/** A job ends with "done" or "failed". */
export type FromTrial = { readonly number: number } & (
  | { readonly kind: 'reports'; readonly reports: readonly Report[] }
  | { readonly kind: 'checkpoint'; readonly saved: Uint8Array }
  | { readonly kind: 'done'; readonly tried: Tried }
  | { readonly kind: 'failed'; readonly error: ErrorInWords }
);

/** An error as it crosses to another process: a mistake of the user, or a fault with its stack. */
export type ErrorInWords =
  | { readonly what: string; readonly kind: ErrorKind; readonly facts: ErrorFacts }
  | { readonly what: string; readonly stack?: string };

export function inWords(error: unknown): ErrorInWords {
  if (error instanceof WellfitError) {
    const { kind, facts, message } = error;
    // The message ends with the facts, which the constructor appends again.
    const appended = new WellfitError(kind, '', facts).message;
    return { what: message.slice(0, message.length - appended.length), kind, facts };
  }
  return error instanceof Error ? { what: error.message, stack: error.stack } : { what: String(error) };
}

export function fromWords(words: ErrorInWords): Error {
  if ('kind' in words) return new WellfitError(words.kind, words.what, words.facts);
  return Object.assign(new Error(words.what), { stack: words.stack });
}
