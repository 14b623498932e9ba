export { type ErrorFacts, type ErrorKind, WellfitError } from './errors.ts';
export { hash, hashText, Random } from './random.ts';
export { axisOf, broadcast, formatShape, type Shape, sameShape, sizeOf, stridesOf } from './shape.ts';
export { allocate, type DType, type Tensor, type TensorData, tensor } from './tensor.ts';
export { duration, grouped, nearest, percent, short, suggest } from './text.ts';
