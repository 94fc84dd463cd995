import type { inferRouterOutputs } from "@trpc/server";
import type { AppRouter } from "#trpc/root.ts";
import type { Tone } from "#ui/kit/tone.ts";

type Admin = inferRouterOutputs<AppRouter>["admin"];

export type Channel = Admin["channels"]["list"][number];
export type ChannelKey = Channel["keys"][number];
export type ChannelCost = Admin["channels"]["costs"][number];
export type ProviderTemplate = Admin["channels"]["providers"][number];
export type TestReport = Admin["channels"]["test"];
export type FetchedList = Admin["channels"]["fetchModels"];
export type KeyPreview = Admin["channels"]["previewKeys"];

export const STATE_TONE: Readonly<Record<Channel["state"], Tone>> = {
  healthy: "ok", degraded: "warn", failing: "bad", idle: "neutral", paused: "warn", no_keys: "bad", no_models: "warn", down: "bad", off: "neutral",
};

/** Success without what was rate-limited; undefined = nothing was tried. */
export const successOf = ({ attempts, failures, limited }: Pick<Channel["day"], "attempts" | "failures" | "limited">): number | undefined =>
  (attempts - limited > 0 ? (attempts - limited - failures) / (attempts - limited) : undefined);

/** `gateway.example.com` of an address; the address itself where it is none. */
export function hostOf(url: string | null): string | null {
  if (url === null) return null;
  try {
    return new URL(url).host;
  } catch {
    return url;
  }
}

/** Parts per million as a factor's text: `0.78`. */
export function factorText(ppm: number): string {
  const fraction = String(ppm % 1_000_000).padStart(6, "0").replace(/0+$/, "");
  return `${Math.floor(ppm / 1_000_000)}${fraction === "" ? "" : `.${fraction}`}`;
}

/** A typed factor in parts per million; undefined when it is none from 0 to 1000 with at most six decimals. */
export function parseFactor(text: string): number | undefined {
  const match = /^(\d{1,4})?(?:\.(\d{0,6}))?$/.exec(text.trim());
  if (!match || text.trim() === "" || text.trim() === ".") return undefined;
  const ppm = Number(match[1] ?? "0") * 1_000_000 + Number((match[2] ?? "").padEnd(6, "0"));
  return ppm <= 1_000_000_000 ? ppm : undefined;
}
