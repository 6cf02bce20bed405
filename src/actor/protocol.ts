import type { CodedError } from "../base/coded-error.ts";
import type { Result } from "../base/result.ts";

/**
 * What an actor can be told and asked.
 *
 * @example
 * interface CounterProtocol {
 *   readonly command: { readonly type: "add"; readonly count: number };
 *   readonly queries: { readonly total: { readonly question: undefined; readonly answer: number } };
 * }
 */
export interface ActorProtocol {
  /** Messages without a reply. */
  readonly command: unknown;
  /** Messages with a reply, by name. */
  readonly queries: object;
}

/** Names of the queries of a protocol. */
export type QueryName<Protocol extends ActorProtocol> = keyof Protocol["queries"] & string;

export type QuestionOf<Query> = Query extends { readonly question: infer Question } ? Question : never;

export type AnswerOf<Query> = Query extends { readonly answer: infer Answer } ? Answer : never;

/** An answer, or why there is none. An error is an answer like any other: the actor goes on. */
export type Reply<Answer> = Result<Answer, CodedError>;

/**
 * What an actor does with its messages. `signal` aborts when the actor has to end. What a handler throws or rejects with
 * is a bug and ends the actor; what can be expected to go wrong is an error in the reply.
 */
export interface ActorHandlers<Protocol extends ActorProtocol> {
  onCommand(command: Protocol["command"], signal: AbortSignal): void | Promise<void>;
  readonly queries: {
    readonly [Name in QueryName<Protocol>]: (
      question: QuestionOf<Protocol["queries"][Name]>,
      signal: AbortSignal,
    ) => Reply<AnswerOf<Protocol["queries"][Name]>> | Promise<Reply<AnswerOf<Protocol["queries"][Name]>>>;
  };
}
