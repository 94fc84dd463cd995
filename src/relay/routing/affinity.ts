import { hash } from "node:crypto";
import type { ScannedRequest } from "#relay/http/body/scan.ts";

/** Conversations remembered, and for how long after their last request: vendors' caches live no longer. */
const CONVERSATIONS_MAX = 200_000;
const IDLE_MS = 10 * 60_000;
/** A prompt's beginning by which its conversation is known. Shorter prompts are not cached by vendors, so it is no loss to miss them. */
const BEGINNING_BYTES = 4 * 1024;
const NAME_MAX = 512;

/** Which channel served a conversation last, so that it finds the vendor's prompt cache again. A hint, never a rule. */
export interface Affinity {
  channelOf(conversation: string): string | undefined;
  served(conversation: string, channelId: string): void;
}

/** @param monotonic milliseconds */
export function createAffinity(monotonic: () => number): Affinity {
  const known = new Map<string, Readonly<{ channelId: string; until: number }>>();
  return {
    channelOf(conversation) {
      const entry = known.get(conversation);
      return entry !== undefined && entry.until > monotonic() ? entry.channelId : undefined;
    },
    served(conversation, channelId) {
      known.delete(conversation); // the map's order is that of the last use
      known.set(conversation, { channelId, until: monotonic() + IDLE_MS });
      if (known.size > CONVERSATIONS_MAX) known.delete(known.keys().next().value!);
    },
  };
}

type Said = Readonly<{ keyId: string; model: string; header: string | undefined; scanned: ScannedRequest; body: Buffer }>;

/**
 * The name of the conversation that a request belongs to: the client's own where it gives one, else the beginning of a
 * long prompt. Undefined = none can be told.
 */
export function conversationOf({ keyId, model, header, scanned: { ranges }, body }: Said): string | undefined {
  const named = header ?? textAt(body, ranges.get("session_id")) ?? textAt(body, ranges.get("prompt_cache_key")) ?? userAt(body, ranges.get("metadata"));
  if (named !== undefined && named !== "") return digest(`${keyId}\0${model}\0${named.slice(0, NAME_MAX)}`);
  const prompt = ranges.get("system") ?? ranges.get("messages") ?? ranges.get("input");
  if (!prompt || prompt[1] - prompt[0] < BEGINNING_BYTES) return undefined;
  return digest(`${keyId}\0${model}\0${body.toString("latin1", prompt[0], prompt[0] + BEGINNING_BYTES)}`);
}

const digest = (text: string): string => hash("sha1", text, "base64");

type Range = readonly [start: number, end: number];

function textAt(body: Buffer, range: Range | undefined): string | undefined {
  if (!range || body[range[0]] !== 34) return undefined;
  return JSON.parse(body.toString("utf8", range[0], range[1])) as string;
}

/** Anthropic's clients name their session so. */
function userAt(body: Buffer, range: Range | undefined): string | undefined {
  if (!range || body[range[0]] !== 123) return undefined;
  const { user_id } = JSON.parse(body.toString("utf8", range[0], range[1])) as { user_id?: unknown };
  return typeof user_id === "string" ? user_id : undefined;
}
