import type { TrainEvent } from '../train/index.ts';
import { diagnose } from './diagnose.ts';
import type { Finding } from './finding.ts';
import { Historian, type History } from './history.ts';

/** Milliseconds that looking may take in any run. */
const unfelt = 200;

/** Looks at a training as it goes: of one network, or of several one after the other. */
export class Doctor {
  private readonly historian = new Historian();
  private readonly ended: { history: History; findings: readonly Finding[] }[] = [];
  /** Seen at the last look, and told of. */
  private before = new Set<string>();
  private readonly told = new Set<string>();
  private readonly began = performance.now();
  /** Milliseconds that looking has taken. */
  private spent = 0;

  /** Takes an event and gives what is newly found: errors at once, warnings once they were seen after two epochs or at the end. */
  observe(event: TrainEvent): readonly Finding[] {
    this.historian.observe(event);
    const { history } = this.historian;
    if (event.kind === 'start') this.before = new Set();
    if (!history || !['signals', 'epoch', 'end'].includes(event.kind)) return [];
    const now = performance.now();
    // To look at a long history takes time: a hundredth of the run's, and what is never felt.
    if (event.kind !== 'end' && this.spent > 0.01 * (now - this.began) + unfelt) return [];
    const all = diagnose(history);
    this.spent += performance.now() - now;
    if (event.kind === 'end') this.ended.push({ history, findings: all });
    const sure = all.filter(
      ({ rule, severity }) =>
        severity === 'error' || event.kind === 'end' || (event.kind === 'epoch' && this.before.has(rule)),
    );
    if (event.kind !== 'signals') this.before = new Set(all.map(({ rule }) => rule));
    const fresh = sure.filter(({ rule, severity }) => severity !== 'info' && !this.told.has(rule));
    for (const { rule } of fresh) this.told.add(rule);
    return fresh;
  }

  /** Of the network whose training ended worst, and what else was found of others. */
  get findings(): readonly Finding[] {
    const grave = (findings: readonly Finding[]) => findings.filter(({ severity }) => severity !== 'info').length;
    const [worst, ...rest] = this.ended.map(({ findings }) => findings).toSorted((a, b) => grave(b) - grave(a));
    if (!worst) return [];
    const known = new Set(worst.map(({ rule }) => rule));
    const more = rest.flat().filter(({ rule }) => !known.has(rule) && known.add(rule));
    return [...worst, ...more.map((finding) => ({ ...finding, rootCause: false }))];
  }

  /** What is known of the network that most was found of. */
  get history(): History | undefined {
    const grave = (findings: readonly Finding[]) => findings.filter(({ severity }) => severity !== 'info').length;
    return this.ended.toSorted((a, b) => grave(b.findings) - grave(a.findings))[0]?.history ?? this.historian.history;
  }
}
