import { isInMemory, type BodyPart } from "#platform/outbound/body-part.ts";
import { COUNT_NOTHING, JsonWalker, walkTopLevel } from "#relay/http/body/walker.ts";
import { insertMembers, removeMembers, spliceBody } from "#relay/http/body/splice.ts";
import type { Worded } from "#relay/providers/provider.ts";

type Cloud = Readonly<{
  /** The edition of the format, which stands in the body here. */
  version: string;
  /** Members that the address tells. */
  without: readonly string[];
  /** Betas are a member of the body, too. */
  betasInBody?: boolean;
}>;

/**
 * Anthropic's messages as clouds take them: model and sometimes stream stand in the address, the edition in the body. All
 * other bytes stay as they are.
 */
export const rewordMessages = ({ version, without, betasInBody = false }: Cloud) => ({ headers: given, parts }: Worded): Worded => {
  const { "anthropic-version": _edition, ...headers } = given as Readonly<Record<string, string>>;
  const body = Buffer.concat(parts.filter(isInMemory));
  const gone: (readonly [number, number])[] = [];
  let said: readonly string[] = [];
  walkTopLevel(new JsonWalker(body), () => COUNT_NOTHING, (key, start, end) => {
    if (key === "anthropic_version" || without.includes(key)) gone.push([start, end]);
    if (key !== "anthropic_beta") return;
    gone.push([start, end]);
    said = namesIn(body.toString("utf8", start, end));
  });
  const members = [`"anthropic_version":${JSON.stringify(version)}`];
  const betas = [...new Set([...said, ...(headers["anthropic-beta"] ?? "").split(",")].map((beta) => beta.trim()).filter((beta) => beta !== ""))];
  delete (headers as Record<string, string>)["anthropic-beta"];
  if (betasInBody && betas.length > 0) members.push(`"anthropic_beta":${JSON.stringify(betas)}`);
  else if (betas.length > 0) (headers as Record<string, string>)["anthropic-beta"] = betas.join(",");
  return { headers, parts: withMembers(spliceBody(body, removeMembers(body, gone)), members.join(",")) };
};

/** Betas that a client has put into the body, as clouds have them, taken out of it. @returns them as the header has them */
export function withoutBodyBetas(parts: readonly BodyPart[]): Readonly<{ parts: readonly BodyPart[]; betas: string }> {
  const body = Buffer.concat(parts.filter(isInMemory));
  if (!body.includes('"anthropic_beta"')) return { parts, betas: "" };
  const gone: (readonly [number, number])[] = [];
  let said: readonly string[] = [];
  walkTopLevel(new JsonWalker(body), () => COUNT_NOTHING, (key, start, end) => {
    if (key !== "anthropic_beta") return;
    gone.push([start, end]);
    said = namesIn(body.toString("utf8", start, end));
  });
  return gone.length === 0 ? { parts, betas: "" } : { parts: spliceBody(body, removeMembers(body, gone)), betas: said.join(",") };
}

function withMembers(parts: readonly Buffer[], members: string): readonly Buffer[] {
  const body = Buffer.concat(parts);
  return spliceBody(body, [insertMembers(body, members)]);
}

function namesIn(json: string): readonly string[] {
  const value: unknown = JSON.parse(json);
  return Array.isArray(value) ? value.filter((name) => typeof name === "string") : [];
}
