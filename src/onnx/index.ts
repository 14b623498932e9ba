export { type InputColumn, inputNames } from './columns.ts';
export { type DecodedModel, decode } from './decode.ts';
export { describeFile, type FileDescription, type FileTensor } from './describe.ts';
export { encode, type ModelInfo } from './encode.ts';
export { isOwn, type ModelColumn, type ModelFacts, readFacts, writeFacts } from './facts.ts';
export { readMetadata } from './metadata.ts';
export { countName, encodeRepeated } from './repeat.ts';
export { opset, updateName } from './writer.ts';
