import { z } from '../../base/index.ts';
import { constant } from './constant.ts';
import { he } from './he.ts';
import { normal } from './normal.ts';
import { xavier } from './xavier.ts';
import { zeros } from './zeros.ts';

/** Every initializer. To add one: a file beside these, and a line here. */
export const initializers = { zeros, constant, normal, xavier, he };

/** As an option of a layer: a name or { name: options }; looked up when the model is built. */
export const initOption = (otherwise: string) =>
  z.union([z.string(), z.record(z.string(), z.unknown())]).default(otherwise);

export type { Initializer, Target } from './initializer.ts';
