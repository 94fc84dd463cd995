import type { inferRouterInputs, inferRouterOutputs } from "@trpc/server";
import type { AppRouter } from "#trpc/root.ts";

type Inputs = inferRouterInputs<AppRouter>["public"]["account"];
type Outputs = inferRouterOutputs<AppRouter>["public"]["account"];
type Name = Exclude<keyof Inputs, "terms" | "resetWorks">;

/** `reason` is the procedure's word for what was wrong, `failed` when there was no answer. */
export type Outcome<T> = Readonly<{ ok: true; value: T } | { ok: false; reason: string }>;

type Answer = { result?: { data?: { json?: unknown } }; error?: { json?: { data?: { reason?: string; code?: string } } } };

/** Calls a procedure of the account pages, without the query library that they need for nothing else. Never throws. */
export async function callAccount<N extends Name>(name: N, input: Inputs[N]): Promise<Outcome<Outputs[N]>> {
  try {
    const response = await fetch(`/api/trpc/public.account.${name}`, {
      method: "POST",
      headers: { "content-type": "application/json", "x-mm": "1" },
      body: JSON.stringify({ json: input }),
    });
    const { result, error } = (await response.json()) as Answer;
    if (response.ok && result) return { ok: true, value: result.data?.json as Outputs[N] };
    const { reason, code } = error?.json?.data ?? {};
    return { ok: false, reason: reason ?? (code === "BAD_REQUEST" ? "invalid" : "failed") };
  } catch {
    return { ok: false, reason: "failed" };
  }
}

/** The seconds of a reason `wait:12`. */
export const secondsOf = (reason: string): number | undefined => {
  const seconds = /^wait:(\d+)$/.exec(reason)?.[1];
  return seconds === undefined ? undefined : Number(seconds);
};
