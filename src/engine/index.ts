export { type Crew, crewOf, type Seat } from './crew/index.ts';
export type { CompileOptions, Engine, Memory, Program, Tensors } from './engine.ts';
export { type OnnxRuntimeOptions, onnxRuntimeEngine } from './onnxruntime/index.ts';
export { type ModelTensor, type OpenModel, openModel } from './onnxruntime/model.ts';
export { branchesOf, type Evaluation, evaluate, execute, referenceEngine } from './reference/index.ts';
export { sharedEngine } from './shared.ts';
