import type { Pool } from "pg";
import type { z } from "zod";
import type { noteLearnt, Sealer } from "#channels/index.ts";
import type { AuditActor, ManagementToken, Permission } from "#accounts/index.ts";
import type { Payments } from "#payments/index.ts";
import type { DerivedKeys } from "#platform/crypto/secret.ts";
import type { Log } from "#platform/log.ts";

/** How a channel's test went. */
export type ChannelTest = Readonly<{ ok: boolean; status?: number; latencyMs?: number; model?: string; requestId?: string; error?: string }>;

/** A vendor's own list of models against the shop's; undefined `models` = it could not be had, and why. */
export type VendorModels = Readonly<{
  note?: string;
  models?: readonly Readonly<{ upstreamName: string; publicName: string; served: boolean; known: "sold" | "priced" | "unpriced" | "unknown" }>[];
  gone?: readonly Readonly<{ publicName: string; upstreamName: string }>[];
}>;

/** What a channel's host and its copy of a model turned out not to have. */
export type ChannelLearnt = Readonly<{ ok: boolean; note?: string; without: Parameters<typeof noteLearnt>[2]["without"]; lacks: Parameters<typeof noteLearnt>[2]["lacks"]; requests: number }>;

/** Result of one money invariant. */
export type InvariantResult = Readonly<{ id: string; rows: number; sample?: unknown }>;

export type ManagementDeps = Readonly<{
  pool: Pool;
  keys: DerivedKeys;
  sealer: Pick<Sealer, "seal">;
  log: Log;
  payments: Payments;
  /** Sends a real small request through a channel; undefined = there is no such channel. */
  /** @param model what is asked for; left out = the channel's first */
  testChannel(name: string, model?: string): Promise<ChannelTest | undefined>;
  /** Asks the vendor for its models; undefined = there is no such channel. */
  vendorModels(channelId: string): Promise<VendorModels | undefined>;
  /** Asks a model for one thing after the other, at the shop's own cost. Nothing is stored. */
  learnChannel(channelId: string, model: string): Promise<ChannelLearnt | undefined>;
  checkInvariants(pool: Pool): Promise<readonly InvariantResult[]>;
}>;

/** One call under way. */
export type Call<Query = unknown, Body = unknown> = Readonly<{
  deps: ManagementDeps;
  token: ManagementToken;
  actor: AuditActor;
  params: Readonly<Record<string, string>>;
  query: Query;
  body: Body;
  requestId: string;
}>;

export type Answer = Readonly<{ status?: number; body: unknown; /** The call has written its own audit entry. */ audited?: true }>;

/** One call of the REST: declared with who may make it, so that none can be added without. */
export type Route<Query extends z.ZodType = z.ZodType, Body extends z.ZodType = z.ZodType> = Readonly<{
  method: "GET" | "POST";
  /** Below `/api/v1`; `{name}` stands for one segment. */
  path: string;
  permission: Permission;
  summary: string;
  query?: Query;
  body?: Body;
  response: z.ZodType;
  handle(call: Call<z.output<Query>, z.output<Body>>): Promise<Answer>;
}>;

/** Keeps the types of query and body within one route. */
export const route = <Query extends z.ZodType, Body extends z.ZodType>(declared: Route<Query, Body>): Route => declared as unknown as Route;
