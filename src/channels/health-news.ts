import { z } from "zod";

/** What one node tells the others of a channel's health. Whoever hears it takes it as a hint: each sees for itself. */
export type HealthNews =
  /** Its circuit opened here, for so long; `model` by its upstream name, absent = the whole channel as it is asked by this protocol. */
  | Readonly<{ state: "open"; channel: string; protocol: string; model?: string | undefined; until: number }>
  /** The vendor refused a key of it, which is stored. */
  | Readonly<{ state: "disabled"; channel: string; key: string }>;

/** The others. */
export interface HealthWire {
  /** Never throws; what is lost is missed by nobody. */
  tell(news: HealthNews): void;
  /** What others tell, but nothing of what is told here. */
  listen(heed: (news: HealthNews) => void): void;
}

const shape = z.discriminatedUnion("state", [
  z.object({ state: z.literal("open"), channel: z.string(), protocol: z.string(), model: z.string().optional(), until: z.number() }),
  z.object({ state: z.literal("disabled"), channel: z.string(), key: z.string() }),
]);
const signed = z.object({ from: z.string().optional() });

/** @param from the node that tells it */
export const writeNews = (news: HealthNews, from: string): string => JSON.stringify({ ...news, from });

/** @returns undefined where it is one's own, or none */
export function readNews(payload: string, self: string): HealthNews | undefined {
  let value: unknown;
  try {
    value = JSON.parse(payload);
  } catch {
    return undefined; // a later version's, perhaps
  }
  if (signed.safeParse(value).data?.from === self) return undefined;
  return shape.safeParse(value).data;
}
