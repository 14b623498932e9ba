import { activations } from './activations.ts';
import { integerRule, onShapes } from './integers.ts';
import { layout } from './layout.ts';
import type { Found, Lowering, ReadNode } from './node.ts';
import { products } from './products.ts';
import { windows } from './windows.ts';

const lowerings: Readonly<Record<string, Lowering>> = { ...activations, ...windows, ...products, ...layout };

/** Operators of ONNX that are read beside those of the table, some of them only on shapes. */
export const lowered: readonly string[] = [...new Set([...Object.keys(lowerings), ...onShapes])];

/** What a node computes in operators of the table; undefined leaves it to the table. */
export function lower(node: ReadNode): readonly Found[] | undefined {
  const type = node.proto.opType!;
  const result = integerRule(type)?.(node) ?? lowerings[type]?.(node);
  if (result === undefined) return undefined;
  return Array.isArray(result) ? result : [result as Found];
}
