import { gradcheck } from './gradcheck.ts';
import { schema } from './schema.ts';
import { train } from './train.ts';

/** Every command. To add one: a file beside these, and a line here. */
export const commands = { train, gradcheck, schema };
