import type { PoolClient } from "pg";
import type { AttemptRecord, ChargeRecord } from "#money/charge.ts";
import type { RateCard } from "#money/rate-card.ts";
import type { Quantities } from "#money/usage.ts";
import type { EndState, Task, TaskContent, TaskForm, TaskProtocolId } from "#relay/tasks/task.ts";

/** A task as it begins: nothing has been sent yet. */
export type NewTask = Readonly<Pick<Task, "publicId" | "model" | "form" | "kind" | "action" | "content" | "deadlineAtMs">> & Readonly<{
  /** The charge as far as it is known: who pays, at which prices. */
  record: ChargeRecord;
  /** When somebody looks whether the submission has died. */
  nextPollAtMs: number;
}>;

/** Who was asked, and how that went. */
export type SubmitFacts = Readonly<{
  protocol: TaskProtocolId;
  channelId: string;
  credential: string | undefined;
  upstreamModel: string;
  /** What the channel takes for it, where that is known. */
  costCard: RateCard | undefined;
  attempts: readonly AttemptRecord[];
}>;

/** How a task ends. What it costs follows from what was made, at the prices of its admission. */
export type TaskEnding = Readonly<{
  state: EndState;
  /** What was made; left out: nothing, and nothing is charged. */
  quantities?: Quantities | undefined;
  vendorCostNanoUsd?: bigint | undefined;
  /** In place of what is known of its tries. */
  attempts?: readonly AttemptRecord[] | undefined;
  content?: TaskContent | undefined;
  errorCode?: string | undefined;
  errorMessage?: string | undefined;
  /** What the caller was told, where the submission itself failed. */
  httpStatus?: number | undefined;
  /** Somebody should look at it. */
  flagged?: boolean | undefined;
  /** For the timeline. */
  note?: string | undefined;
}>;

export type Looked = Readonly<{ state: "submitted" | "running"; progress: number | undefined; nextPollAtMs: number; /** The look told nothing. */ fault?: boolean; note?: string | undefined }>;

export type TaskPage = Readonly<{ form: TaskForm; limit: number; /** Public id of the last one seen. */ after?: string | undefined; ascending: boolean }>;

/** Somebody who is to be told of a task, as it stands. */
export type HookDue = Readonly<{ task: Task; /** In vain so far. */ tries: number }>;

/** Where tasks are kept. A change compares the state that it found: who comes second changes nothing. */
export interface TaskStore {
  /** Inside the transaction that sets the money aside. */
  insert(client: PoolClient, task: NewTask): Promise<void>;
  /** @returns false when it has moved on meanwhile */
  submitted(id: string, facts: SubmitFacts, upstreamId: string, nextPollAtMs: number): Promise<boolean>;
  /** The vendor may have taken it, and nobody knows. */
  unknown(id: string, facts: SubmitFacts | undefined, untilMs: number, note: string): Promise<boolean>;
  looked(id: string, looked: Looked): Promise<boolean>;
  /** Ends it, closes its hold and charges it, or does nothing because it has ended. @param also in the same transaction */
  finish(id: string, ending: TaskEnding, nowMs: number, also?: (client: PoolClient) => Promise<void>): Promise<boolean>;
  /** Those that are due, for `claimMs` nobody else's. */
  claim(nowMs: number, claimMs: number, most: number): Promise<readonly Task[]>;
  /** @returns undefined when this user has no such task */
  find(publicId: string, userId: string): Promise<Task | undefined>;
  findMany(publicIds: readonly string[], userId: string): Promise<readonly Task[]>;
  /** By the vendor's own id. */
  findUpstream(channelId: string, upstreamId: string, userId: string): Promise<Task | undefined>;
  list(userId: string, page: TaskPage): Promise<readonly Task[]>;
  /** @returns false when there is none to be seen, or it has not ended */
  remove(publicId: string, userId: string): Promise<boolean>;
  /** Tasks whose state has not been told to whom it should be, for `claimMs` nobody else's. */
  claimHooks(nowMs: number, claimMs: number, most: number): Promise<readonly HookDue[]>;
  hookTold(id: string, state: Task["state"]): Promise<void>;
  /** @param nextTryAtMs undefined: nobody is told any more */
  hookFailed(id: string, nextTryAtMs: number | undefined): Promise<void>;
  /** What proves that a link to a file was given out by this shop. */
  linkProof(publicId: string): string;
  /** The task behind a link. */
  findByLink(publicId: string, proof: string): Promise<Task | undefined>;
}
