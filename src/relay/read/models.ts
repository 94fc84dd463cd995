import { hash } from "node:crypto";
import type { CompiledPrice } from "#money/price.ts";
import { formatPerPiece } from "#money/parse-amount.ts";
import { keyAllows } from "#relay/policy/resolve-model.ts";
import type { Caller, Model, Snapshot } from "#snapshot/snapshot.ts";

/** A list as it goes out, made once for all who may see the same. */
export type ModelList = Readonly<{ body: Buffer; etag: string; entries: ReadonlyMap<string, object> }>;

export interface ModelLists {
  listFor(snapshot: Snapshot, caller: Caller): ModelList;
}

const LISTS_MAX = 1_000;
/** Prices have versions that begin by the clock, without a new snapshot. */
const FRESH_MS = 1_000;

/** @param now milliseconds */
export function createModelLists(now: () => number): ModelLists {
  const known = new Map<string, { list: ModelList; until: number; snapshot: Snapshot }>();
  return {
    listFor(snapshot, caller) {
      const name = `${caller.groupId}\0${caller.userId}\0${caller.models?.join("\0") ?? "*"}`;
      const entry = known.get(name);
      if (entry && entry.snapshot === snapshot && entry.until > now()) return entry.list;
      if (known.size >= LISTS_MAX) known.clear();
      const list = build(snapshot, caller, now());
      known.set(name, { list, until: now() + FRESH_MS, snapshot });
      return list;
    },
  };
}

function build(snapshot: Snapshot, caller: Caller, nowMs: number): ModelList {
  const entries = new Map<string, object>();
  for (const model of snapshot.modelsOf(caller.groupId)) {
    if (!keyAllows(caller, model)) continue;
    const price = snapshot.price(model, caller.groupId, caller.userId, nowMs);
    if (price) entries.set(model.name, toWire(model, price, nowMs));
  }
  const body = Buffer.from(JSON.stringify({ object: "list", data: [...entries.values()] }));
  return { body, etag: `"${hash("sha256", body, "base64url").slice(0, 22)}"`, entries };
}

/** Price-book items by the names that OpenRouter's list has made common; USD per unit. */
const PRICING = [
  ["prompt", "input"], ["completion", "output"], ["input_cache_read", "cache_read"], ["input_cache_write", "cache_write_5m"],
  ["input_cache_write_1h", "cache_write_1h"], ["internal_reasoning", "reasoning"], ["image", "image"], ["request", "request"],
] as const;

function toWire(model: Model, price: CompiledPrice, nowMs: number): object {
  const { prices } = price.card(0, nowMs);
  const pricing: Record<string, string> = {};
  for (const [name, item] of PRICING) {
    const unit = prices[item];
    if (unit !== undefined && (unit > 0n || item === "input" || item === "output")) pricing[name] = formatPerPiece(unit);
  }
  return {
    id: model.name,
    object: "model",
    created: Math.floor(model.createdAtMs / 1000),
    owned_by: model.vendor ?? "modelmart",
    ...(model.contextTokens !== undefined && { context_length: model.contextTokens }),
    ...(model.maxOutputTokens !== undefined && { max_output_tokens: model.maxOutputTokens }),
    ...(model.endpoints.size > 0 && { supported_endpoints: [...model.endpoints] }),
    pricing,
  };
}
