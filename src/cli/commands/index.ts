import { cv } from './cv.ts';
import { gradcheck } from './gradcheck.ts';
import { list } from './list.ts';
import { lr } from './lr.ts';
import { preview } from './preview.ts';
import { schema } from './schema.ts';
import { train } from './train.ts';

/** Every command. To add one: a file beside these, and a line here. */
export const commands = { train, cv, lr, gradcheck, list, preview, schema };
