import type { Value } from '../../graph/index.ts';
import {
  abs,
  add,
  div,
  erf,
  exp,
  greater,
  hardSigmoid,
  log,
  max,
  min,
  mul,
  neg,
  pow,
  relu,
  sigmoid,
  sub,
  tanh,
  where,
} from '../../ops/index.ts';
import type { Lowering } from './node.ts';

const below = (x: Value): Value => relu(neg(x));

/** log(1 + e^x), which never overflows. */
const softplus = (x: Value): Value => add(max(x, 0), log(add(exp(neg(abs(x))), 1)));

/** alpha (e^x - 1) below 0, of which e never sees what lies above. */
const saturating = (x: Value, alpha: number, width = 1): Value => mul(sub(exp(div(neg(below(x)), width)), 1), alpha);

const gelu: Lowering = ({ x, given }) =>
  given.approximate === 'tanh'
    ? mul(mul(x, 0.5), add(tanh(mul(add(x, mul(pow(x, 3), 0.044715)), Math.sqrt(2 / Math.PI))), 1))
    : mul(mul(x, 0.5), add(erf(mul(x, Math.SQRT1_2)), 1));

/** Limits were attributes before version 11. relu where it is the lower one, so that the gradient at 0 is 0. */
const clip: Lowering = (node) => {
  const limit = (key: string, i: number) => (node.given[key] as number | undefined) ?? node.list(i, key)?.[0];
  const [low, high] = [limit('min', 1), limit('max', 2)];
  const raised = low === undefined || low < -3e38 ? node.x : low === 0 ? relu(node.x) : max(node.x, low);
  return high === undefined || high > 3e38 ? raised : min(raised, high);
};

/** Activations as ONNX defines them, in operators of the table. */
export const activations: Readonly<Record<string, Lowering>> = {
  Celu: (node) => add(relu(node.x), saturating(node.x, node.number('alpha', 1), node.number('alpha', 1))),
  Clip: clip,
  Elu: (node) => add(relu(node.x), saturating(node.x, node.number('alpha', 1))),
  Gelu: gelu,
  HardSwish: ({ x }) => mul(x, hardSigmoid(x, { alpha: 1 / 6, beta: 0.5 })),
  LeakyRelu: (node) => sub(relu(node.x), mul(below(node.x), node.number('alpha', 0.01))),
  Mish: ({ x }) => mul(x, tanh(softplus(x))),
  PRelu: (node) => sub(relu(node.x), mul(below(node.x), node.value(1))),
  Selu: (node) =>
    mul(
      add(relu(node.x), saturating(node.x, node.number('alpha', 1.6732632423543772))),
      node.number('gamma', 1.0507009873554805),
    ),
  Softplus: ({ x }) => softplus(x),
  Softsign: ({ x }) => div(x, add(abs(x), 1)),
  Swish: (node) => mul(node.x, sigmoid(mul(node.x, node.number('alpha', 1)))),
  ThresholdedRelu: (node) => where(greater(node.x, node.number('alpha', 1)), node.x, node.graph.scalar(0, 'float')),
};
