export { type ErrorFacts, type ErrorKind, WellfitError } from './errors.ts';
export { lookUp, type OptionSchema, type Picked, parseOptions, pick, unknownKey, z } from './options.ts';
export { hash, hashText, mixed, Random } from './random.ts';
export { axisOf, broadcast, formatShape, type Shape, sameShape, sizeOf, stridesOf } from './shape.ts';
export { allocate, type DType, type Tensor, type TensorData, tensor } from './tensor.ts';
export { duration, forShell, grouped, nearest, percent, short, suggest } from './text.ts';
