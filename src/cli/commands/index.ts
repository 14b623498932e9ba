import { cv } from './cv.ts';
import { evaluate } from './evaluate.ts';
import { export as exportRun } from './export.ts';
import { gradcheck } from './gradcheck.ts';
import { inspect } from './inspect.ts';
import { list } from './list.ts';
import { lr } from './lr.ts';
import { predict } from './predict.ts';
import { preview } from './preview.ts';
import { schema } from './schema.ts';
import { train } from './train.ts';

/** Every command. To add one: a file beside these, and a line here. */
export const commands = {
  train,
  predict,
  evaluate,
  inspect,
  export: exportRun,
  cv,
  lr,
  gradcheck,
  list,
  preview,
  schema,
};
