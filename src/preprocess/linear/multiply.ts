/** A rectangle inside a row-major array; `at` is where its first number lies, `stride` how far apart its rows are. */
export interface Block {
  readonly data: Float64Array;
  readonly at: number;
  readonly stride: number;
  readonly rows: number;
  readonly columns: number;
}

/** A whole array as one matrix. */
export const matrix = (data: Float64Array, rows: number, columns: number): Block => ({
  data,
  at: 0,
  stride: columns,
  rows,
  columns,
});

/** The numbers of a matrix in rows from … to. */
export const rowsOf = (block: Block, from: number, to: number): Block => ({
  ...block,
  at: block.at + from * block.stride,
  rows: to - from,
});

/** Depth and width of the piece of the right factor that is packed at once (1 MiB): it stays in the second-level cache. */
const depth = 256;
const width = 512;
/** Rows and columns of the result that are computed together: 12 sums and 7 factors are about what the registers hold. */
const high = 3;
const wide = 4;

const packed = new Float64Array(depth * width);
const tile = new Float64Array(high * wide);

/**
 * c += sign a b, or c += sign a bᵀ. ONNX Runtime multiplies in 32 bits only, hence this one in 64: small tiles of the result over
 * packed pieces of b, as described by Goto and van de Geijn, "Anatomy of High-Performance Matrix Multiplication", ACM TOMS 34 (2008).
 */
export function addProduct(c: Block, a: Block, b: Block, sign: 1 | -1, transposed = false): void {
  const inner = a.columns;
  for (let k = 0; k < inner; k += depth) {
    const deep = Math.min(depth, inner - k);
    for (let j = 0; j < c.columns; j += width) {
      const span = Math.min(width, c.columns - j);
      if (transposed) packTransposed(b, k, j, deep, span);
      else pack(b, k, j, deep, span);
      for (let i = 0; i < c.rows; i += high)
        for (let t = 0; t < span; t += wide) {
          multiplyTile(a, i, k, deep, t * deep);
          addTile(c, i, j + t, Math.min(high, c.rows - i), Math.min(wide, span - t), sign);
        }
    }
  }
}

/** Columns j … of b in groups of `wide`, each group row by row; a last group that is not full is filled up with zeros. */
function pack({ data, at, stride }: Block, k: number, j: number, deep: number, span: number): void {
  for (let group = 0, to = 0; group < span; group += wide)
    for (let row = 0, from = at + k * stride + j + group; row < deep; row++, from += stride)
      for (let t = 0; t < wide; t++) packed[to++] = group + t < span ? data[from + t] : 0;
}

function packTransposed({ data, at, stride }: Block, k: number, j: number, deep: number, span: number): void {
  for (let group = 0; group < span; group += wide)
    for (let t = 0; t < wide; t++) {
      const from = at + (j + group + t) * stride + k;
      for (let row = 0, to = group * deep + t; row < deep; row++, to += wide)
        packed[to] = group + t < span ? data[from + row] : 0;
    }
}

/** The products of three rows of a (the last one again where there are fewer) with four packed columns. */
function multiplyTile({ data, at, stride, rows }: Block, i: number, k: number, deep: number, from: number): void {
  const row0 = at + i * stride + k;
  const row1 = at + Math.min(i + 1, rows - 1) * stride + k;
  const row2 = at + Math.min(i + 2, rows - 1) * stride + k;
  let [s00, s01, s02, s03] = [0, 0, 0, 0];
  let [s10, s11, s12, s13] = [0, 0, 0, 0];
  let [s20, s21, s22, s23] = [0, 0, 0, 0];
  for (let l = 0; l < deep; l++, from += wide) {
    const b0 = packed[from];
    const b1 = packed[from + 1];
    const b2 = packed[from + 2];
    const b3 = packed[from + 3];
    const a0 = data[row0 + l];
    const a1 = data[row1 + l];
    const a2 = data[row2 + l];
    s00 += a0 * b0;
    s01 += a0 * b1;
    s02 += a0 * b2;
    s03 += a0 * b3;
    s10 += a1 * b0;
    s11 += a1 * b1;
    s12 += a1 * b2;
    s13 += a1 * b3;
    s20 += a2 * b0;
    s21 += a2 * b1;
    s22 += a2 * b2;
    s23 += a2 * b3;
  }
  tile[0] = s00;
  tile[1] = s01;
  tile[2] = s02;
  tile[3] = s03;
  tile[4] = s10;
  tile[5] = s11;
  tile[6] = s12;
  tile[7] = s13;
  tile[8] = s20;
  tile[9] = s21;
  tile[10] = s22;
  tile[11] = s23;
}

function addTile({ data, at, stride }: Block, i: number, j: number, rows: number, columns: number, sign: number): void {
  for (let r = 0; r < rows; r++)
    for (let t = 0, to = at + (i + r) * stride + j; t < columns; t++) data[to + t] += sign * tile[r * wide + t];
}
