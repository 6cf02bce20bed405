import type { EngineContestant } from "./engine-contestant.ts";
import { loadPeer } from "./load-peer.ts";

interface PGraphModule {
  readonly PGraph: new (
    nodes: Map<string, { readonly run: () => void }>,
    dependencies: [string, string][],
  ) => { run(): Promise<void> };
}

/** p-graph checks for cycles when the graph is made. */
export async function pGraphContestant(): Promise<EngineContestant> {
  const { PGraph } = await loadPeer<PGraphModule>("p-graph");
  return {
    prepare({ names, dependencies }, noOp) {
      const edges = dependencies.flatMap((before, task) =>
        before.map((dependency): [string, string] => [names[dependency] ?? "", names[task] ?? ""]),
      );
      const graph = new PGraph(new Map(names.map((name) => [name, { run: noOp }])), edges);
      return async () => graph.run();
    },
  };
}

interface AsyncModule {
  auto(tasks: Record<string, readonly (string | AutoTask)[]>): Promise<unknown>;
}

type AutoTask = (first: unknown, callback?: (error: null) => void) => void;

/** A task of `async.auto` must answer later: answers at once recurse until the stack is full. */
export async function asyncContestant(): Promise<EngineContestant> {
  const { auto } = await loadPeer<AsyncModule>("async");
  return {
    prepare({ names, dependencies }, noOp) {
      const run: AutoTask = (first, second) => {
        noOp();
        const callback = second ?? first;
        if (typeof callback === "function") queueMicrotask(() => Reflect.apply(callback, undefined, [null]));
      };
      const tasks = Object.fromEntries(
        names.map((name, task) => [name, [...(dependencies[task] ?? []).map((at) => names[at] ?? ""), run]]),
      );
      return async () => {
        await auto(tasks);
      };
    },
  };
}

interface ListrModule {
  readonly Listr: new (
    tasks: ListrTask[],
    options: { readonly renderer: "silent"; readonly concurrent: boolean },
  ) => { run(): Promise<unknown> };
}

interface ListrTask {
  readonly title: string;
  readonly task: (context: unknown, wrapper: ListrWrapper) => unknown;
}

interface ListrWrapper {
  newListr(tasks: ListrTask[], options: { readonly concurrent: boolean }): unknown;
}

/** listr2 knows lists, not dependencies: one layer after the other, all tasks of a layer at once. */
export async function listrContestant(): Promise<EngineContestant> {
  const { Listr } = await loadPeer<ListrModule>("listr2");
  return {
    prepare({ names, layerCount, width }, noOp) {
      const layers = Array.from({ length: layerCount }, (_, layer) => ({
        title: `layer-${layer}`,
        task: (_context: unknown, wrapper: ListrWrapper) =>
          wrapper.newListr(
            names.slice(layer * width, (layer + 1) * width).map((title) => ({ title, task: noOp })),
            { concurrent: true },
          ),
      }));
      return async () => {
        await new Listr(layers, { renderer: "silent", concurrent: false }).run();
      };
    },
  };
}

interface EffectModule {
  readonly Effect: {
    readonly forEach: <Item>(
      items: readonly Item[],
      visit: (item: Item) => EffectValue,
      options: { readonly concurrency?: "unbounded"; readonly discard: true },
    ) => EffectValue;
    readonly sync: (run: () => void) => EffectValue;
    readonly andThen: (first: EffectValue, second: EffectValue) => EffectValue;
    readonly runPromise: (effect: EffectValue) => Promise<void>;
  };
  readonly Deferred: {
    readonly makeUnsafe: () => EffectDeferred;
    readonly await: (deferred: EffectDeferred) => EffectValue;
    readonly succeed: (deferred: EffectDeferred, value: undefined) => EffectValue;
  };
}

declare const effectValue: unique symbol;
declare const effectDeferred: unique symbol;
interface EffectValue {
  readonly [effectValue]: true;
}
interface EffectDeferred {
  readonly [effectDeferred]: true;
}

/** A fiber per task, which awaits a deferred per dependency: how one writes a graph with Effect. */
export async function effectContestant(): Promise<EngineContestant> {
  const { Effect, Deferred } = await loadPeer<EffectModule>("effect");
  return {
    prepare({ names, dependencies }, noOp) {
      const numbers = names.map((_, task) => task);
      return async () => {
        const ended = numbers.map(() => Deferred.makeUnsafe());
        const endOf = (task: number): EffectDeferred => ended[task] ?? Deferred.makeUnsafe();
        const run = (task: number): EffectValue => {
          const before = Effect.forEach(dependencies[task] ?? [], (at) => Deferred.await(endOf(at)), { discard: true });
          const work = Effect.andThen(before, Effect.sync(noOp));
          return Effect.andThen(work, Deferred.succeed(endOf(task), undefined));
        };
        await Effect.runPromise(Effect.forEach(numbers, run, { concurrency: "unbounded", discard: true }));
      };
    },
  };
}
