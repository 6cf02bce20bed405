import type { Command } from "../engine/commands.ts";
import type { JsonValue } from "../base/json.ts";

/** What a verb gets besides the run. */
export interface VerbInput {
  /** Index of the task, for verbs that name one. */
  readonly task: number;
  /** Place of the host among those of the task; 0 without one. */
  readonly unit: number;
  /** The word after the run, or after the task. */
  readonly word: string;
  readonly json: JsonValue | undefined;
  readonly isUnchanged: boolean;
  /** What makes this call one and no other. */
  readonly id: string;
  readonly by: { readonly actor: string; readonly reason?: string; readonly expectedVersion?: number };
}

export interface VerbSpec {
  readonly name: string;
  readonly description: string;
  /** Words after the run. */
  readonly words: readonly ("task" | "[task]" | "word")[];
  /** What the last word is, for help. */
  readonly wordHelp?: string;
  readonly takesJson?: string;
  readonly takesHost?: boolean;
  readonly takesUnchanged?: boolean;
  /** Whether a caller that may call twice can say that both calls are one. */
  readonly takesId?: boolean;
  /** What is said when it was followed, after the id of the run. */
  readonly done: string;
  /** Whether the run goes on in this process afterwards, when nobody else drives it. */
  readonly drives: boolean;
  readonly examples: readonly string[];
  readonly command: (input: VerbInput) => Command;
}

const DECISIONS = ["rerun", "succeeded", "failed"] as const;

/** The verbs that people give to runs. `resume` and `fork` are commands of their own. */
export const VERBS: readonly VerbSpec[] = [
  {
    name: "cancel",
    description: "end a run: running tasks are asked to stop, cleanup still runs, nothing is undone",
    words: [],
    done: "is being cancelled",
    drives: false,
    examples: ["drover cancel last", "drover cancel run_0190 --reason 'wrong version'"],
    command: ({ by }) => ({ type: "cancel", ...by }),
  },
  {
    name: "pause",
    description: "start nothing new in a run until it is resumed; what runs goes on",
    words: [],
    done: "is paused",
    drives: false,
    examples: ["drover pause last", "drover pause last --dry-run"],
    command: ({ by }) => ({ type: "pause", ...by }),
  },
  {
    name: "retry",
    description: "do again what failed and what depends on it; with a task, that one and everything after it",
    words: ["[task]"],
    done: "is open again",
    drives: true,
    examples: ["drover retry last", "drover retry last deploy --dry-run"],
    command: ({ task, by }) => (task < 0 ? { type: "retryFailed", ...by } : { type: "retryFrom", task, ...by }),
  },
  {
    name: "rewind",
    description: "take a run back to just before a task, paused; nothing is undone on the hosts",
    words: ["task"],
    done: "is back before the task, and paused",
    drives: false,
    examples: ["drover rewind last deploy"],
    command: ({ task, by }) => ({ type: "rewind", task, ...by }),
  },
  {
    name: "skip",
    description: "pass over a task that does not run; what depends on it goes on",
    words: ["task"],
    done: "goes on without the task",
    drives: false,
    examples: ["drover skip last smoke-test --reason 'known to be broken'"],
    command: ({ task, by }) => ({ type: "skip", task, ...by }),
  },
  {
    name: "mark",
    description: "say that a task which does not run has been done by other means",
    words: ["task"],
    takesJson: "what the task would have returned, as JSON",
    takesUnchanged: true,
    done: "takes the task as done",
    drives: false,
    examples: ["drover mark last migrate", 'drover mark last build --json \'{"version":"1.2"}\''],
    command: ({ task, json, isUnchanged, by }) => ({
      type: "markSucceeded",
      task,
      status: isUnchanged ? "unchanged" : "changed",
      ...(json === undefined ? {} : { data: json }),
      ...by,
    }),
  },
  {
    name: "settle",
    description: "say what became of a task whose outcome nobody knows: rerun, succeeded or failed",
    words: ["task", "word"],
    wordHelp: "rerun, succeeded or failed",
    takesHost: true,
    done: "takes the decision",
    drives: false,
    examples: ["drover settle last deploy succeeded", "drover settle last deploy rerun --host web1"],
    command: ({ task, unit, word, by }) => ({
      type: "resolveUnknown",
      task,
      unit,
      decision: DECISIONS.find((decision) => decision === word) ?? "failed",
      ...by,
    }),
  },
  {
    name: "rollback",
    description: "undo what a run has changed, in reverse order",
    words: [],
    done: "is being rolled back",
    drives: true,
    examples: ["drover rollback last --dry-run", "drover rollback last"],
    command: ({ by }) => ({ type: "undo", ...by }),
  },
  {
    name: "approve",
    description: "give one voice for an approval a run waits for",
    words: ["task"],
    done: "has the approval",
    drives: false,
    examples: ["drover approve last release", "DROVER_ACTOR=ada drover approve last release"],
    command: ({ task, by }) => ({ type: "approve", task, ...by }),
  },
  {
    name: "reject",
    description: "refuse an approval a run waits for, which then fails",
    words: ["task"],
    done: "has the refusal",
    drives: false,
    examples: ["drover reject last release --reason 'not on a Friday'"],
    command: ({ task, by }) => ({ type: "reject", task, ...by }),
  },
  {
    name: "signal",
    description: "open the gates of a run that wait for a signal",
    words: ["word"],
    wordHelp: "name of the signal",
    takesJson: "what the gate returns, as JSON",
    takesId: true,
    done: "has the signal",
    drives: false,
    examples: ["drover signal last window-open", "drover signal last built --json '{\"id\":7}' --id build-7"],
    command: ({ word, id, json, by }) => ({
      type: "signal",
      name: word,
      id,
      ...(json === undefined ? {} : { payload: json }),
      ...by,
    }),
  },
];

/** Decisions a person can take about an unknown outcome. */
export function isDecision(word: string): boolean {
  return DECISIONS.some((decision) => decision === word);
}
