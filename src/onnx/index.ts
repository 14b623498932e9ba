export { type DecodedModel, decode } from './decode.ts';
export { encode, type ModelInfo, opset, updateName } from './encode.ts';
