import { check } from './check.ts';
import { compare } from './compare.ts';
import { cv } from './cv.ts';
import { doctor } from './doctor.ts';
import { evaluate } from './evaluate.ts';
import { export as exportRun } from './export.ts';
import { gradcheck } from './gradcheck.ts';
import { inspect } from './inspect.ts';
import { list } from './list.ts';
import { lr } from './lr.ts';
import { predict } from './predict.ts';
import { preview } from './preview.ts';
import { replay } from './replay.ts';
import { runs } from './runs.ts';
import { schema } from './schema.ts';
import { search } from './search.ts';
import { show } from './show.ts';
import { studies } from './studies.ts';
import { train } from './train.ts';
import { ui } from './ui.ts';
import { worker } from './worker.ts';

/** Every command. To add one: a file beside these, and a line here. */
export const commands = {
  train,
  check,
  predict,
  evaluate,
  inspect,
  export: exportRun,
  cv,
  lr,
  runs,
  show,
  ui,
  compare,
  search,
  worker,
  studies,
  replay,
  doctor,
  gradcheck,
  list,
  preview,
  schema,
};
