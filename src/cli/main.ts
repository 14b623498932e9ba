import { Command as Parser } from 'commander';
import { WellfitError } from '../base/index.ts';
import type { Command } from './command.ts';
import { commands } from './commands/index.ts';
import { standardIo, toJson } from './io.ts';

/** Exit codes: 0 done, 1 failed, 2 wrong command line or experiment, 130 interrupted (what there was is saved). */
export async function main(argv: readonly string[], version: string): Promise<number> {
  // A reader that goes away, as `| head` does, must not end the work.
  for (const stream of [process.stdout, process.stderr]) stream.on('error', () => {});
  let code = 0;
  const program = new Parser('wellfit')
    .description('Train neural networks well.')
    .version(version)
    .showHelpAfterError('(add --help for the options)')
    .exitOverride();
  for (const [name, command] of Object.entries(commands) as [string, Command][]) {
    const parser = command.define(program.command(name).description(command.summary));
    parser.addHelpText('after', `\nExamples:\n${command.examples.map((line) => `  ${line}`).join('\n')}`);
    parser.action(async (...received: unknown[]) => {
      const args = received
        .slice(0, -2)
        .flat()
        .filter((x) => typeof x === 'string');
      const options = received[received.length - 2] as Record<string, unknown>;
      code = await execute(command, args, options, version);
    });
  }
  try {
    await program.parseAsync(argv as string[], { from: 'user' });
  } catch (error) {
    return usageFailure(error, argv);
  }
  return code;
}

async function execute(
  command: Command,
  args: string[],
  options: Record<string, unknown>,
  version: string,
): Promise<number> {
  const io = standardIo(options.json === true, version);
  try {
    return await command.run(args, options, io);
  } catch (error) {
    if (!(error instanceof WellfitError)) throw error;
    io.redraw('');
    return refuse(error, io.json);
  }
}

/** Commander has printed its own message; options that we refuse while parsing have not been printed. */
function usageFailure(error: unknown, argv: readonly string[]): number {
  const json = argv.includes('--json');
  if (error instanceof WellfitError) return refuse(error, json);
  const { code, exitCode, message } = error as { code?: string; exitCode?: number; message: string };
  if (!code?.startsWith('commander.')) throw error;
  if (exitCode === 0) return 0;
  if (json) process.stdout.write(`${toJson({ error: { kind: 'option', message } })}\n`);
  return 2;
}

function refuse(error: WellfitError, json: boolean): number {
  process.stderr.write(`${error.message}\n`);
  const [message] = error.message.split('\n');
  if (json) process.stdout.write(`${toJson({ error: { kind: error.kind, message, ...error.facts } })}\n`);
  if (error.kind === 'interrupted') return 130;
  return error.kind === 'option' || error.kind === 'shape' ? 2 : 1;
}
