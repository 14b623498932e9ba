import { type Graph, liveNodes, type Value } from '../graph/index.ts';
import { onnx } from './schema/onnx.js';
import { domainsOf, elementTypes, int64, irVersion, opset, updateName, usedInputs, Writer } from './writer.ts';

/** The input that says how often the graph is run. */
export const countName = 'count:int64';

/**
 * A graph as an ONNX model that runs it `countName` times, each time with the next entry of its feeds, which have a first axis more, and with the
 * states as the run before has left them. Outputs get that axis too; updates are those of the last run. ONNX's Loop does it: the graph is compiled once,
 * and nothing leaves the runtime between two runs.
 */
export function encodeRepeated(graph: Graph): Uint8Array {
  const nodes = liveNodes(graph);
  const carried = [...graph.updates.keys()].map((name) => ({ name, state: graph.states.get(name)! }));
  const each = [...graph.outputs];
  const named: [string, Value][] = [
    ...[...graph.updates].map(([name, value]): [string, Value] => [next(name), value]),
    ...each.map(([name, value]): [string, Value] => [`${name}:each`, value]),
  ];
  const used = new Set([...usedInputs(graph, nodes, named), ...carried.map(({ state }) => state)]);
  const inputs = [...graph.feeds.values(), ...graph.states.values()].filter((value) => used.has(value));
  const feeds = inputs.filter(({ source }) => source.kind === 'feed');
  const given = new Map([...feeds, ...carried.map(({ state }) => state)].map((value) => [value, now(value.name)]));
  const writer = new Writer(named, given);
  for (const node of nodes) writer.node(node);
  for (const [name, value] of named) writer.output(name, value);
  const body = {
    name: 'once',
    node: [
      { opType: 'Identity', name: 'again', input: ['go'], output: ['again'] },
      ...feeds.map(({ name }) => ({
        opType: 'Gather',
        name: now(name),
        input: [name, 'turn'],
        output: [now(name)],
        attribute: [{ name: 'axis', type: 2, i: 0 }],
      })),
      ...writer.nodes,
    ],
    initializer: writer.initializers,
    input: [
      info('turn', int64, []),
      info('go', elementTypes.bool, []),
      ...carried.map(({ name, state }) => infoOf(now(name), state)),
    ],
    output: [info('again', elementTypes.bool, []), ...named.map(([name, value]) => infoOf(name, value))],
  };
  const results = [...carried.map(({ name }) => updateName(name)), ...each.map(([name]) => name)];
  const several = (name: string, value: Value) => infoOf(name, value, [{ dimParam: 'count' }]);
  const model = onnx.ModelProto.encode({
    irVersion,
    producerName: 'wellfit',
    opsetImport: [{ domain: '', version: opset }, ...domainsOf(nodes).map((domain) => ({ domain, version: 1 }))],
    graph: {
      name: 'wellfit',
      node: [
        {
          opType: 'Loop',
          name: 'steps',
          input: [countName, '', ...carried.map(({ name }) => name)],
          output: results,
          attribute: [{ name: 'body', type: 5, g: body }],
        },
      ],
      input: [
        info(countName, int64, []),
        ...inputs.map((value) =>
          value.source.kind === 'feed' ? several(value.name, value) : infoOf(value.name, value),
        ),
      ],
      output: [
        ...carried.map(({ name, state }) => infoOf(updateName(name), state)),
        ...each.map(([name, value]) => several(name, value)),
      ],
    },
  });
  return new Uint8Array(model.finish());
}

type Dimension = { readonly dimValue: number } | { readonly dimParam: string };

const next = (name: string) => `${name}:next`;
const now = (name: string) => `${name}:now`;

const info = (name: string, elemType: number, dim: Dimension[]) => ({
  name,
  type: { tensorType: { elemType, shape: { dim } } },
});

const infoOf = (name: string, { dtype, shape }: Value, before: Dimension[] = []) =>
  info(name, elementTypes[dtype], [...before, ...shape.map((dimValue) => ({ dimValue }))]);
