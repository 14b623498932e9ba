import { WellfitError } from '../../base/index.ts';
import { replayTrial } from '../../search/index.ts';
import type { Command } from '../command.ts';
import { jsonOption } from '../options.ts';
import { readStudy } from '../search/session.ts';
import { settingsOf } from '../search/summary.ts';
import { storeOption } from '../store.ts';

export const replay: Command = {
  summary: 'make a suggestion of a search again from what was known then, and say whether it is the same',
  examples: ['wellfit replay customers-search 17', 'wellfit replay customers-search 17 --json'],
  define: (parser) => jsonOption(storeOption(parser.argument('<study>', 'its name').argument('<trial>', 'its number'))),

  async run([name, text], options, io) {
    const { record, plan } = await readStudy(name, options.store);
    const number = Number(text);
    const trial = Number.isInteger(number) ? record.trials[number] : undefined;
    if (!trial)
      throw new WellfitError('option', `the study "${name}" has no trial ${text}`, {
        expected: `a number from 0 to ${record.trials.length - 1}`,
      });
    const again = replayTrial(record, number, plan.budget);
    const then = settingsOf(plan.space, trial.values);
    const now = again && settingsOf(plan.space, again.values);
    const same = JSON.stringify(then) === JSON.stringify(now);
    io.say(
      `trial ${number} of ${name}, ${trial.origin === 'given' ? 'given by a person' : `from ${trial.origin === 'sampler' ? record.settings.sampler.kind : trial.origin}`}; ${again?.knew ?? 0} trials were over then`,
    );
    for (const [setting, value] of Object.entries(then))
      io.say(`  ${setting} = ${JSON.stringify(value)}${same ? '' : `, now ${JSON.stringify(now?.[setting])}`}`);
    io.say(same ? 'the suggestion is the same, to the bit' : 'the suggestion is another one now');
    io.result({ study: name, trial: number, same, then, now, knew: again?.knew });
    return same ? 0 : 1;
  },
};
