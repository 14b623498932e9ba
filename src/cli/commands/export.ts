import { grouped, lookUp } from '../../base/index.ts';
import type { Command } from '../command.ts';
import type { Exporter } from '../exports/exporter.ts';
import { onnx, safetensors } from '../exports/model.ts';
import { csv, json, tensorboard } from '../exports/record.ts';
import { jsonOption } from '../options.ts';
import { storeOption } from '../store.ts';

const formats = { onnx, safetensors, tensorboard, csv, json } satisfies Record<string, Exporter>;

const exportRun: Command = {
  summary: 'a run for other tools: its model or weights, or what was recorded of it for TensorBoard, as CSV or JSON',
  examples: [
    'wellfit export last --out churn.onnx',
    'wellfit export models/churn --format safetensors',
    'wellfit export last --format tensorboard --out board',
    'wellfit export 2026-11-21-13-54-56-digits --format csv',
  ],
  define: (parser) =>
    jsonOption(
      storeOption(
        parser
          .argument('<run>', 'the folder of a run, its name, or "last"')
          .option('--format <name>', Object.keys(formats).join(', '), 'onnx')
          .option('--out <path>', 'a file, for tensorboard a folder; default: <run>.<format> in this folder'),
      ),
    ),

  async run([given], options, io) {
    const format = lookUp(formats, options.format as string, '--format', 'format');
    const { run, out, bytes, from, next } = await formats[format](given, options, io);
    io.say(`${out}: ${grouped(bytes)} bytes, ${from}`);
    if (next) io.say(next);
    io.result({ run, format, out, bytes, from });
    return 0;
  },
};

// A variable cannot have this name.
export { exportRun as export };
