export type { Engine, Memory, Program, Tensors } from './engine.ts';
export { type OnnxRuntimeOptions, onnxRuntimeEngine } from './onnxruntime/index.ts';
export { type Evaluation, evaluate, referenceEngine } from './reference/index.ts';
