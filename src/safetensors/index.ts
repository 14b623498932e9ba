export { decodeTensors } from './decode.ts';
export { encodeTensors } from './encode.ts';
export type { TensorFile } from './layout.ts';
