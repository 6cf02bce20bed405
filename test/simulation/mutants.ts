/** A deliberate mistake in the code under test, made in memory by {@link module.registerHooks} in a thread of its own. */
export interface Mutant {
  /** What is wrong. */
  readonly name: string;
  /** File under `src/`. */
  readonly file: string;
  /** Stands in the file exactly once. */
  readonly find: string;
  readonly replace: string;
  /** Rules of which one tells it. */
  readonly rules: readonly string[];
}

/** One mistake for each promise; each is found within a bounded number of seeds. */
export const MUTANTS: readonly Mutant[] = [
  {
    name: "effects leave the process before their events are committed",
    file: "runner/run-driver.ts",
    find: "    this.#stream.append(events, {\n",
    replace: "    this.#perform(effects);\n    effects = [];\n    this.#stream.append(events, {\n",
    rules: ["I6"],
  },
  {
    name: "commands are acknowledged before they are committed",
    file: "runner/run-driver.ts",
    find: "    this.#inbox.followed(request);\n",
    replace: "    this.#inbox.followed(request);\n    this.#inbox.acknowledge();\n",
    rules: ["I1"],
  },
  {
    name: "the token of an attempt differs from one sending to the next",
    file: "engine/token.ts",
    find: "sha256(JSON.stringify(attemptIdentity(state, name)))",
    replace: "sha256(JSON.stringify([attemptIdentity(state, name), (globalThis.sent = (globalThis.sent ?? 0) + 1)]))",
    rules: ["I4"],
  },
  {
    name: "a snapshot is kept under a wrong position",
    file: "runner/run-checkpoints.ts",
    find: "put(snapshotNameOf(runId), position, content)",
    replace: "put(snapshotNameOf(runId), position + 1, content)",
    rules: ["I20"],
  },
  {
    name: "retries that wait are forgotten when a run is brought back from a snapshot",
    file: "engine/rebuild-caches.ts",
    find: "  for (const [key, { dueMs, attempt }] of state.retries) due.at({ dueMs, kind: DUE_RETRY, key, attempt });\n",
    replace: "",
    rules: ["I2", "I14", "I18"],
  },
  {
    name: "a timer that is set is not set again for something earlier",
    file: "runner/due-timer.ts",
    find: "    if (dueMs === this.#dueMs) return;\n",
    replace: "    if (dueMs !== undefined && this.#dueMs !== undefined) return;\n",
    rules: ["I2", "I14", "I18"],
  },
  {
    name: "a run that left memory is not woken when it is due",
    file: "runner/run-crew.ts",
    find: "    if (dueMs !== undefined) this.#alarms.set(runId, dueMs);\n",
    replace: "",
    rules: ["I2", "I14", "I18"],
  },
  {
    name: "the result of any attempt ends the one that runs",
    file: "engine/decide-result.ts",
    find: "unitStatus(state, task, unit) === RUNNING && attemptOfUnit(state, task, unit) === attempt;",
    replace: "unitStatus(state, task, unit) === RUNNING;",
    rules: ["I3", "I12", "I20"],
  },
  {
    name: "what has an unknown outcome and must not happen twice is run again",
    file: "engine/unknown-policy.ts",
    find: "  return body.unknownPolicy;\n",
    replace: '  return "rerun";\n',
    rules: ["I13"],
  },
  {
    name: "an owner that lost its lane goes on behind what others wrote",
    file: "eventlog/lane-writer.ts",
    find: '    if (outcome.outcome !== "unknown") return outcome;\n',
    replace:
      '    if (outcome.outcome === "conflict") { expected = outcome.position; continue; }\n' +
      '    if (outcome.outcome !== "unknown") return outcome;\n',
    rules: ["I7", "I8", "I10"],
  },
  {
    name: "the last row of a commit is lost",
    file: "eventlog/lane-writer.ts",
    find: "rows: waiting.map(({ row }) => row) };",
    replace: "rows: waiting.map(({ row }) => row).slice(0, Math.max(1, waiting.length - 1)) };",
    rules: ["I1", "I2", "I6", "I7", "I20"],
  },
  {
    name: "an idempotency key is not looked up",
    file: "runner/run-host.ts",
    find: "const found = this.#keeper.index.withKey(key);",
    replace: "const found = undefined;",
    rules: ["I21"],
  },
  {
    name: "keys of idempotent starts are forgotten with the process",
    file: "runner/run-index.ts",
    find: "for (const record of stored.records) this.#put(record);",
    replace: "for (const { idempotencyKey: _, ...record } of stored.records) this.#put(record);",
    rules: ["I21"],
  },
  {
    name: "a slot is not given back",
    file: "engine/slots.ts",
    find: "  slots.running--;\n",
    replace: "  if (task !== 1) slots.running--;\n",
    rules: ["I2", "I16", "I17", "I20"],
  },
  {
    name: "a run starts more at once than it may",
    file: "engine/start-ready.ts",
    find: "while (ready.size > 0 && state.slots.running < state.run.maxParallel && roomOf(step) > 0) {",
    replace: "while (ready.size > 0 && roomOf(step) > 0) {",
    rules: ["I16", "I17"],
  },
  {
    name: "jobs are sent again to executors that forget what they ran",
    file: "runner/may-have-started.ts",
    find: "return !changesNothing && !fleet.isDurable;",
    replace: "return false;",
    rules: ["I5"],
  },
  {
    name: "a function that may have run is called again",
    file: "runner/may-have-started.ts",
    find: 'if (body?.kind === "function") return true;',
    replace: "",
    rules: ["I5"],
  },
  {
    name: "one person counts twice at an approval",
    file: "engine/decide-control.ts",
    find: "  if (given.some((voice) => voice.actor === actor)) return undefined;\n",
    replace: "",
    rules: ["I24"],
  },
  {
    name: "a guard that asks for all changes is content with one",
    file: "engine/guards.ts",
    find: "return dependencies.length > 0 && dependencies.every((one) => hasFlag(state, one, FLAG_CHANGED));",
    replace: "return dependencies.some((one) => hasFlag(state, one, FLAG_CHANGED));",
    rules: ["oracle"],
  },
  {
    name: "a task is given one retry too few",
    file: "engine/retry.ts",
    find: "attemptsMade > policy.retries",
    replace: "attemptsMade >= policy.retries",
    rules: ["oracle"],
  },
  {
    name: "a fork takes over what it was asked to do again",
    file: "engine/adopted-tasks.ts",
    find: "before === undefined || again.has(task.name) ||",
    replace: "before === undefined ||",
    rules: ["fork"],
  },
  {
    name: "a fork takes over what is defined in another way",
    file: "engine/adopted-tasks.ts",
    find: "(!isFree && usesCode(task)) || !isAlike(old, run.plan, { task, plan })",
    replace: "(!isFree && usesCode(task))",
    rules: ["fork"],
  },
];
