import type { Pico, Nano, Ppm } from "#money/amount.ts";
import type { ChargeLine, Multiplier, RateCard } from "#money/rate-card.ts";
import type { Quantities } from "#money/usage.ts";

/** The immutable JSON of a price version (money.md 2.2); amounts are integer strings in pico-USD per unit. */
export type PriceDocument = Readonly<{
  items: Readonly<Record<string, string>>;
  tiers?: readonly Readonly<{ over: number; mode: "whole" | "marginal"; items: Readonly<Record<string, string>> }>[];
  service?: Readonly<Record<string, Readonly<{ ppm?: number; items?: Readonly<Record<string, string>> }>>>;
  windows?: readonly Readonly<{ tz: string; days: string; from: string; to: string; ppm: number; at?: "start" | "end" }>[];
  hold?: Readonly<{ outputTokens?: number; imageTokens?: number; calls?: Readonly<Record<string, number>> }>;
}>;

/** A price document joined with its multipliers: ready to give cards. Built once per (version, multipliers), kept in the snapshot. */
export interface CompiledPrice {
  readonly versionId: bigint;
  readonly document: PriceDocument;
  /** The card for a request of so many input tokens (all buckets), admitted at `atMs`, served at `serviceTier`. */
  card(totalInput: number, atMs: number, serviceTier?: string): RateCard;
  /** The dearest card a request of at most `maxInput` tokens could be charged with: what the hold uses. */
  worst(maxInput: number, atMs: number): RateCard;
  /** Every effective price is 0. */
  readonly free: boolean;
}

export type Charge = Readonly<{ lines: readonly ChargeLine[]; sumPico: Pico; chargeNano: Nano; unpriced: boolean }>;

export type { Pico, Ppm, Multiplier, RateCard, Quantities };
