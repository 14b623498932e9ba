import type { TrainEvent } from '../train/index.ts';
import { diagnose } from './diagnose.ts';
import { type Finding, isGrave } from './finding.ts';
import { Historian, type History } from './history.ts';

/** Milliseconds that looking may take in any run, and looks that are not counted: the first ones compile. */
const unfelt = 10;
const free = 2;

/** What is told of at a look: errors and what was wrong before the first update, other warnings if the look before saw them too. */
export const toTell = (findings: readonly Finding[], before: ReadonlySet<string>): Finding[] =>
  findings.filter(({ rule, severity, since }) => severity === 'error' || since === 0 || before.has(rule));

/** Looks at a training as it goes: of one network, or of several one after the other. */
export class Doctor {
  private readonly historian = new Historian();
  private readonly ended: { history: History; findings: readonly Finding[] }[] = [];
  /** What a rule failed with: that is no reason to end a training. */
  failure?: unknown;
  /** Seen at the last look, and told of. */
  private before = new Set<string>();
  private readonly told = new Set<string>();
  private readonly began = performance.now();
  /** Milliseconds that looking has taken. */
  private spent = 0;
  private looks = 0;

  /** Takes an event and gives what is newly found and sure by now. */
  observe(event: TrainEvent): readonly Finding[] {
    this.historian.observe(event);
    const { history } = this.historian;
    if (event.kind === 'start') this.before = new Set();
    if (!history || !['signals', 'epoch', 'end'].includes(event.kind)) return [];
    const now = performance.now();
    // To look at a long history takes time: at most two thousandths of the run's, and what is never felt.
    if (event.kind !== 'end' && this.spent > 0.002 * (now - this.began) + unfelt) return [];
    const all = this.look(history);
    if (++this.looks > free) this.spent += performance.now() - now;
    if (event.kind === 'end') this.ended.push({ history, findings: all });
    const alarming = all.filter(isGrave);
    const sure = event.kind === 'end' ? alarming : toTell(alarming, this.before);
    this.before = new Set(alarming.map(({ rule }) => rule));
    const fresh = sure.filter(({ rule }) => !this.told.has(rule));
    for (const { rule } of fresh) this.told.add(rule);
    return fresh;
  }

  private look(history: History): readonly Finding[] {
    try {
      return diagnose(history);
    } catch (error) {
      this.failure = error;
      return [];
    }
  }

  /** Of the network whose training ended worst, and what else was found of others. */
  get findings(): readonly Finding[] {
    const [worst, ...rest] = this.worstFirst().map(({ findings }) => findings);
    if (!worst) return [];
    const known = new Set(worst.map(({ rule }) => rule));
    const more = rest.flat().filter(({ rule }) => !known.has(rule) && known.add(rule));
    return [...worst, ...more.map((finding) => ({ ...finding, rootCause: false }))];
  }

  /** What is known of that network. */
  get history(): History | undefined {
    return this.worstFirst()[0]?.history ?? this.historian.history;
  }

  private worstFirst() {
    const count = ({ findings }: { readonly findings: readonly Finding[] }) => findings.filter(isGrave).length;
    return this.ended.toSorted((a, b) => count(b) - count(a));
  }
}
