import type { Command as Parser } from 'commander';
import { WellfitError } from '../base/index.ts';

export interface Command {
  readonly summary: string;
  /** Adds arguments and options. */
  define(parser: Parser): Parser;
  /** Shown by --help, one command line each. */
  readonly examples: readonly string[];
  /** Returns the exit code. */
  run(args: readonly string[], options: Readonly<Record<string, unknown>>, io: Io): Promise<number>;
}

/** Where a command writes. With --json, stdout carries the one result and everything else goes to stderr. */
export interface Io {
  readonly json: boolean;
  /** Of Wellfit. */
  readonly version: string;
  /** True where the user watches a terminal that can redraw a line. */
  readonly live: boolean;
  say(text: string): void;
  /** Replaces the line that is being redrawn; empty clears it. */
  redraw(line: string): void;
  result(value: unknown): void;
  readonly signal: AbortSignal;
}

/** Reads a number given on the command line. */
export function numberOption(name: string): (text: string) => number {
  return (text) => {
    const value = Number(text);
    if (text.trim() === '' || Number.isNaN(value))
      throw new WellfitError('option', `--${name} must be a number`, { received: text });
    return value;
  };
}
