/** What a plan of no-op tasks looks like. */
export interface EngineShape {
  readonly layerCount: number;
  /** Tasks of a layer; each depends on three of the layer before, or on the only one. */
  readonly width: number;
  /** Whether the no-op of a task answers with a promise. Only drover is asked that. */
  readonly isAsync: boolean;
}

export interface EngineWorkload extends EngineShape {
  readonly names: readonly string[];
  /** Per task the numbers of its dependencies; all of them are smaller than its own. */
  readonly dependencies: readonly (readonly number[])[];
}

/** Steps from a task to its dependencies in the layer before. */
const STEPS = [0, 331, 677];

/** Lays out the tasks of a plan, layer by layer; always in the same way. */
export function makeEngineWorkload(shape: EngineShape): EngineWorkload {
  const { layerCount, width } = shape;
  const taskCount = layerCount * width;
  const steps = STEPS.slice(0, Math.min(STEPS.length, width));
  return {
    ...shape,
    names: Array.from({ length: taskCount }, (_, task) => `task-${task}`),
    dependencies: Array.from({ length: taskCount }, (_, task) => {
      const layerBefore = (Math.floor(task / width) - 1) * width;
      return layerBefore < 0 ? [] : steps.map((step) => layerBefore + ((task + step) % width));
    }),
  };
}
