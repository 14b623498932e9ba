import { abs } from './elementwise/abs.ts';
import { add } from './elementwise/add.ts';
import { bitwiseXor } from './elementwise/bitwiseXor.ts';
import { cast } from './elementwise/cast.ts';
import { cos } from './elementwise/cos.ts';
import { div } from './elementwise/div.ts';
import { equal } from './elementwise/equal.ts';
import { erf } from './elementwise/erf.ts';
import { exp } from './elementwise/exp.ts';
import { floor } from './elementwise/floor.ts';
import { greater } from './elementwise/greater.ts';
import { hardSigmoid } from './elementwise/hardSigmoid.ts';
import { less } from './elementwise/less.ts';
import { log } from './elementwise/log.ts';
import { max } from './elementwise/max.ts';
import { min } from './elementwise/min.ts';
import { mul } from './elementwise/mul.ts';
import { neg } from './elementwise/neg.ts';
import { pow } from './elementwise/pow.ts';
import { reciprocal } from './elementwise/reciprocal.ts';
import { relu } from './elementwise/relu.ts';
import { sigmoid } from './elementwise/sigmoid.ts';
import { sign } from './elementwise/sign.ts';
import { sin } from './elementwise/sin.ts';
import { sqrt } from './elementwise/sqrt.ts';
import { sub } from './elementwise/sub.ts';
import { tanh } from './elementwise/tanh.ts';
import { where } from './elementwise/where.ts';
import { concat } from './layout/concat.ts';
import { expand } from './layout/expand.ts';
import { gather } from './layout/gather.ts';
import { gridSample } from './layout/gridSample.ts';
import { pad } from './layout/pad.ts';
import { reshape } from './layout/reshape.ts';
import { slice } from './layout/slice.ts';
import { transpose } from './layout/transpose.ts';
import { batchNormalization } from './linear/batchNormalization.ts';
import { conv } from './linear/conv.ts';
import { convTranspose } from './linear/convTranspose.ts';
import { gemm } from './linear/gemm.ts';
import { matmul } from './linear/matmul.ts';
import { averagePool } from './pool/averagePool.ts';
import { maxPool } from './pool/maxPool.ts';
import { resize } from './pool/resize.ts';
import { argMax } from './reduce/argMax.ts';
import { logSoftmax } from './reduce/logSoftmax.ts';
import { reduceMax } from './reduce/reduceMax.ts';
import { reduceMean } from './reduce/reduceMean.ts';
import { reduceSum } from './reduce/reduceSum.ts';
import { reduceSumSquare } from './reduce/reduceSumSquare.ts';
import { softmax } from './reduce/softmax.ts';

/** Every operator. To add one: a file beside these, and a line here. */
export const operators = {
  abs,
  add,
  bitwiseXor,
  cast,
  cos,
  div,
  equal,
  erf,
  exp,
  floor,
  greater,
  hardSigmoid,
  less,
  log,
  max,
  min,
  mul,
  neg,
  pow,
  reciprocal,
  relu,
  sigmoid,
  sign,
  sin,
  sqrt,
  sub,
  tanh,
  where,
  argMax,
  logSoftmax,
  reduceMax,
  reduceMean,
  reduceSum,
  reduceSumSquare,
  softmax,
  concat,
  expand,
  gather,
  gridSample,
  pad,
  reshape,
  slice,
  transpose,
  batchNormalization,
  conv,
  convTranspose,
  gemm,
  matmul,
  averagePool,
  maxPool,
  resize,
};
