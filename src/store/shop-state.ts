import type { ApiKeyStatus, GroupLimitSet, KeyScope, LimitSet, Role, StaffRole, StoredBudget, UserStatus } from "#accounts/index.ts";
import type { PriceDocument } from "#money/price.ts";
import type { CodeView } from "#payments/index.ts";

/** The shop as far as a store file can say it: what `apply` compares with and `export` prints. */
export type ShopState = Readonly<{
  settings: ReadonlyMap<string, unknown>;
  groups: ReadonlyMap<string, GroupState>;
  models: ReadonlyMap<string, ModelState>;
  channels: ReadonlyMap<string, ChannelState>;
  /** By e-mail. */
  users: ReadonlyMap<string, UserState>;
  codes: readonly CodeView[];
  tokens: ReadonlyMap<string, TokenState>;
}>;

export type GroupState = Readonly<{ id: string; name: string; ppm: number; topUpPpm: number; limits: GroupLimitSet; auto: readonly string[] }>;

export type ModelState = Readonly<{
  id: string; slug: string; name: string | null; vendor: string | null; contextTokens: number | null; maxOutputTokens: number | null;
  endpoints: readonly string[]; enabled: boolean; limits: LimitSet; aliases: readonly string[]; fallbacks: readonly Readonly<{ model: string; on: readonly string[] }>[]; preset: Readonly<Record<string, unknown>> | null;
  /** The newest version that has begun or is about to. */
  price: PriceDocument | null; ratioInput: Readonly<Record<string, unknown>> | null;
}>;

export type ChannelState = Readonly<{
  id: string; name: string; provider: string; baseUrl: string | null; protocol: string | null; priority: number; weight: number;
  keyMode: string; costPpm: number; limits: LimitSet; timeouts: Readonly<Record<string, number>>; settings: Readonly<Record<string, unknown>>; proxySealed: Buffer | null; status: string; reason: string | null;
  keys: readonly Readonly<{ fingerprint: string; source: string | null }>[];
  /** Public name -> upstream name. */
  models: ReadonlyMap<string, string>;
  groups: readonly string[];
  /** Upstream name -> cost in force. */
  costs: ReadonlyMap<string, PriceDocument>;
}>;

export type KeyState = Readonly<{
  id: string; name: string; hash: Buffer; status: ApiKeyStatus; group: string | null; models: readonly string[]; endpoints: readonly string[];
  scopes: readonly KeyScope[]; cidrs: readonly string[]; limits: LimitSet; budgets: readonly StoredBudget[]; expiresAt: Date | null;
}>;

export type UserState = Readonly<{
  id: string; email: string; name: string | null; passwordHash: string | null; role: Role; status: UserStatus; group: string;
  limits: LimitSet; budgets: readonly StoredBudget[]; walletId: string;
  keys: ReadonlyMap<string, KeyState>;
  /** Credits that store files have granted, by their id. */
  grants: ReadonlyMap<string, Readonly<{ amountNano: bigint; expiresAt: Date | null }>>;
}>;

export type TokenState = Readonly<{ id: string; name: string; hash: Buffer; role: StaffRole; status: string; cidrs: readonly string[]; expiresAt: Date | null }>;
