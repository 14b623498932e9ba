import { z } from '../../base/index.ts';
import { experimentSchema } from '../../train/index.ts';
import type { Command } from '../command.ts';

export const schema: Command = {
  summary: 'print the JSON schema of an experiment file',
  examples: ['wellfit schema > experiment.schema.json'],
  define: (parser) => parser.option('--json', 'the schema is JSON anyway'),
  async run(_args, _options, io) {
    const text = z.toJSONSchema(experimentSchema, { io: 'input', unrepresentable: 'any' });
    if (io.json) io.result(text);
    else io.say(JSON.stringify(text, null, 2));
    return 0;
  },
};
