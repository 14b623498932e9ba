export type { Engine, Memory, Program, Tensors } from './engine.ts';
export { type OnnxRuntimeOptions, onnxRuntimeEngine } from './onnxruntime/index.ts';
export { branchesOf, type Evaluation, evaluate, execute, referenceEngine } from './reference/index.ts';
