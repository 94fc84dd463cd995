import type { ChannelSettings, HeaderOp } from "#channels/channel-settings.ts";

type Headers = Readonly<Record<string, string>>;

/** What the placeholders of a value stand for. */
export type HeaderFacts = Readonly<{ apiKey: string; requestId: string; client: Readonly<Record<string, string | undefined>> }>;

const PLACEHOLDER = /\{(api_key|request_id|client:[^{}]+)\}/g;
/** What a client says may stand in a header, if it is printable; all else of it is dropped. */
const UNPRINTABLE = /[^\x20-\x7e]+/g;
const VALUE_MAX = 2_000;

/**
 * The headers of a call with an operator's changes. A value that is a client's header alone is not sent where the
 * client sent none.
 */
export function overrideHeaders(headers: Headers, ops: readonly HeaderOp[], facts: HeaderFacts): Headers {
  const changed: Record<string, string> = { ...headers };
  for (const op of ops) {
    if (op.op === "remove") {
      delete changed[op.name];
      continue;
    }
    let absent = false;
    const value = op.value.replaceAll(PLACEHOLDER, (_all, name: string) => {
      if (name === "api_key") return facts.apiKey;
      if (name === "request_id") return facts.requestId;
      const given = facts.client[name.slice("client:".length)];
      absent ||= given === undefined;
      return given?.replaceAll(UNPRINTABLE, "").slice(0, VALUE_MAX) ?? "";
    });
    if (absent && value.trim() === "") continue;
    changed[op.name] = value;
  }
  return changed;
}

/** The betas that a channel's vendor is told of; undefined = none is left. */
export function filterBetas(header: string, { only, drop }: NonNullable<ChannelSettings["betas"]>): string | undefined {
  const kept = header.split(",").map((beta) => beta.trim()).filter((beta) => beta !== "" && (only === undefined || only.includes(beta)) && drop?.includes(beta) !== true);
  return kept.length > 0 ? kept.join(",") : undefined;
}

/**
 * The betas in the words of a host that takes some of them alone. @param chosen what the operator has named for it, who
 * knows better than a table; @returns `dropped` = some are left out
 */
export function knownBetas(header: string, known: ReadonlyMap<string, string>, chosen: readonly string[] = []): Readonly<{ betas: readonly string[]; dropped: boolean }> {
  const asked = header.split(",").map((beta) => beta.trim()).filter((beta) => beta !== "");
  const kept = asked.flatMap((beta) => (chosen.includes(beta) ? [beta] : known.get(beta) ?? []));
  return { betas: [...new Set(kept)], dropped: kept.length < asked.length };
}
