import { z } from '../../base/index.ts';
import { constant } from './constant.ts';
import { dataDependent } from './dataDependent.ts';
import { he } from './he.ts';
import { identity } from './identity.ts';
import { lecun } from './lecun.ts';
import { lsuv } from './lsuv.ts';
import { normal } from './normal.ts';
import { ones } from './ones.ts';
import { orthogonal } from './orthogonal.ts';
import { randomWalk } from './randomWalk.ts';
import { truncatedNormal } from './truncatedNormal.ts';
import { uniform } from './uniform.ts';
import { xavier } from './xavier.ts';
import { zeros } from './zeros.ts';

/** Every initializer. To add one: a file beside these, and a line here. */
export const initializers = {
  zeros,
  ones,
  constant,
  normal,
  uniform,
  truncatedNormal,
  xavier,
  he,
  lecun,
  orthogonal,
  identity,
  randomWalk,
  lsuv,
  dataDependent,
};

/** As an option of a layer: a name or { name: options }; looked up when the model is built. */
export const initOption = (otherwise: string | Record<string, unknown>) =>
  z.union([z.string(), z.record(z.string(), z.unknown())]).default(otherwise);

export { type Initializer, type Target, type UnitMoments, unitOf } from './initializer.ts';
