import { WellfitError } from '../base/index.ts';
import { onnx } from './schema/onnx.js';

/** @throws WellfitError for bytes that are no ONNX model */
export function parseModel(bytes: Uint8Array): onnx.ModelProto {
  let model: onnx.ModelProto;
  try {
    model = onnx.ModelProto.decode(bytes);
  } catch {
    model = new onnx.ModelProto();
  }
  if (model.graph?.output?.length && model.opsetImport?.length) return model;
  throw new WellfitError('file', 'these bytes are no ONNX model', {
    received: `${bytes.length} bytes`,
    likely: bytes.length === 0 ? 'the file is empty' : 'the file is damaged, or of another kind',
    fix: 'give the path of an .onnx file',
  });
}

/** What the model says of itself, by key. */
export const metadataOf = (model: onnx.ModelProto): Record<string, string> =>
  Object.fromEntries((model.metadataProps ?? []).map((p) => [p.key ?? '', p.value ?? '']));

/** @throws WellfitError for bytes that are no ONNX model */
export const readMetadata = (bytes: Uint8Array): Record<string, string> => metadataOf(parseModel(bytes));
