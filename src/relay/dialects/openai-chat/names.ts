import { createHash } from "node:crypto";
import type { ChatRequest } from "#relay/canonical/request.ts";
import type { ProviderFlags } from "#relay/providers/provider.ts";

const NAME_MAX = 64;
const ID_MAX = 40;

export type Names = Readonly<{ tool(name: string): string; callId(id: string): string; restore(word: string): string }>;

/** Names of tools as this format allows them; others are changed on the way out and restored on the way back. */
export function createNames({ tools }: ChatRequest, { shortCallIds }: ProviderFlags): Names {
  const back = new Map<string, string>();
  for (const tool of tools) if (tool.type !== "builtin" && fitName(tool.name) !== tool.name) back.set(fitName(tool.name), tool.name);
  return { tool: fitName, callId: shortCallIds ? shortId : longId, restore: (word) => back.get(word) ?? word };
}

const longId = (id: string): string => (id.length <= ID_MAX ? id : `call_${hash(id).slice(0, 24)}`);
const shortId = (id: string): string => (/^[A-Za-z0-9]{9}$/.test(id) ? id : hash(id).slice(0, 9));

function fitName(name: string): string {
  if (/^[\w-]{1,64}$/.test(name)) return name;
  return `${name.replaceAll(/[^\w-]/g, "_").slice(0, NAME_MAX - 9)}_${hash(name).slice(0, 8)}`;
}

const hash = (text: string): string => createHash("sha256").update(text).digest("hex");
