import type { ChannelView } from "#channels/channel-list.store.ts";

/** How a channel stands, in one word. */
export const CHANNEL_STATES = ["healthy", "degraded", "failing", "idle", "paused", "no_keys", "no_models", "down", "off"] as const;
export type ChannelState = (typeof CHANNEL_STATES)[number];

/** Fewer outcomes say nothing of a channel's health. */
export const OUTCOMES_MIN = 5;
/** Attempts that count neither for nor against a channel, and those that count against it, as SQL conditions. */
export const LIMITED = "error_class = 'rate'";
export const FAILED = "error_class IS NOT NULL AND error_class NOT IN ('rate', 'client', 'policy', 'context', 'aborted')";

/** @param keyless the provider needs no key */
export function channelState({ status, pausedUntil, keys, models, recent }: Pick<ChannelView, "status" | "pausedUntil" | "keys" | "models" | "recent">, keyless: boolean): ChannelState {
  if (status === "disabled") return "off";
  if (status === "down") return "down";
  if (pausedUntil) return "paused";
  if (!keyless && !keys.some((key) => key.status === "active")) return "no_keys";
  if (models.length === 0) return "no_models";
  const outcomes = recent.attempts - recent.limited;
  if (outcomes === 0) return "idle";
  if (outcomes >= OUTCOMES_MIN && recent.failures * 2 >= outcomes) return "failing";
  return recent.failures * 50 >= outcomes ? "degraded" : "healthy";
}

/** In the order of trouble; what was switched off by hand is none. */
const TROUBLE: readonly ChannelState[] = ["down", "no_keys", "failing", "degraded", "paused", "no_models", "healthy", "idle", "off"];

/** For sorting: the channel in worse trouble first. */
export const byTrouble = (a: Readonly<{ state: ChannelState }>, b: Readonly<{ state: ChannelState }>): number => TROUBLE.indexOf(a.state) - TROUBLE.indexOf(b.state);
