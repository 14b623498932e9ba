export { type CustomGradient, Graph, liveNodes, type Node, reachable, type Value } from './graph.ts';
export type {
  AttributeKind,
  Attributes,
  AttributeValue,
  GradientContext,
  OperatorSpec,
  Sample,
  StackContext,
  TypeAndShape,
} from './operator.ts';
export { print } from './print.ts';
export { type Rule, rewrite } from './rewrite.ts';
export { stack } from './stack.ts';
export { verify } from './verify.ts';
