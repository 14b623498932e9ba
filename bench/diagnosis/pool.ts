import { fork } from 'node:child_process';
import { type Answer, measure, type Task } from './measure.ts';

type Message = { readonly answer: Answer } | { readonly error: string };

/** Answers of tasks, from so many processes, each of which takes the next task as soon as it is free; a task that fails ends none of the others. */
export async function inProcesses(
  tasks: readonly Task[],
  count: number,
  onDone: (done: number) => void,
): Promise<{ answers: Answer[]; errors: string[] }> {
  const [answers, errors]: [Answer[], string[]] = [[], []];
  let [next, done] = [0, 0];
  const worker = () =>
    new Promise<void>((resolve, reject) => {
      const child = fork(import.meta.filename, { serialization: 'advanced' });
      let current: Task | undefined;
      const give = () => {
        current = tasks[next++];
        if (current) child.send(current);
        else child.disconnect();
      };
      child.on('message', (message: Message) => {
        if ('answer' in message) answers.push(message.answer);
        else errors.push(`${current!.name}, seed ${current!.seed}: ${message.error}`);
        onDone(++done);
        give();
      });
      child.on('exit', (code) =>
        current
          ? reject(new Error(`the process of ${current.name}, seed ${current.seed} ended with ${code}`))
          : resolve(),
      );
      give();
    });
  await Promise.all(Array.from({ length: Math.min(count, tasks.length) }, worker));
  return { answers, errors };
}

if (import.meta.main)
  process.on('message', async (task: Task) => {
    const send = (message: Message) => process.send?.(message);
    try {
      send({ answer: await measure(task) });
    } catch (error) {
      send({ error: error instanceof Error ? (error.stack ?? error.message) : String(error) });
    }
  });
