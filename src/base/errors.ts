/** What a person needs to get on: what was expected, what came, why it probably happened and how to mend it. */
export interface ErrorFacts {
  expected?: string;
  received?: string;
  likely?: string;
  fix?: string;
}

export type ErrorKind = 'shape' | 'data' | 'option' | 'file' | 'engine' | 'graph' | 'interrupted';

/** A mistake that the user of Wellfit can mend. The command line prints it without a stack trace. */
export class WellfitError extends Error {
  readonly kind: ErrorKind;
  readonly facts: ErrorFacts;

  constructor(kind: ErrorKind, what: string, facts: ErrorFacts = {}) {
    const lines = [what];
    if (facts.expected !== undefined) lines.push(`  expected  ${facts.expected}`);
    if (facts.received !== undefined) lines.push(`  received  ${facts.received}`);
    if (facts.likely !== undefined) lines.push(`Likely: ${facts.likely}`);
    if (facts.fix !== undefined) lines.push(`Fix: ${facts.fix}`);
    super(lines.join('\n'));
    this.name = 'WellfitError';
    this.kind = kind;
    this.facts = facts;
  }
}
