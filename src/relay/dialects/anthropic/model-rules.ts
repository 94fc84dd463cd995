/** What a model of this protocol takes and refuses. */
export type ModelRules = Readonly<{
  /** `budget`: thinking is switched on with a number of tokens; `adaptive`: by an effort alone. */
  thinking: "none" | "budget" | "adaptive";
  /** The effort above `high` that it knows. */
  topEffort: "xhigh" | "max";
  /** `one`: temperature or top_p, not both. */
  sampling: "none" | "one" | "all";
  structuredOutput: boolean;
  /** An assistant's message may stand last. */
  prefill: boolean;
  /** System messages may stand within the conversation. */
  midSystem: boolean;
}>;

/** Other vendors' models behind this protocol: the common ground of it. */
const OTHERS: ModelRules = { thinking: "budget", topEffort: "max", sampling: "all", structuredOutput: false, prefill: true, midSystem: false };

/** `claude-opus-4-7`, `anthropic/claude-opus-4.7`, `claude-sonnet-4-20250514`; the older ones have the number first. */
const NEW_NAME = /claude-([a-z]+)-(\d{1,2})(?:[-.](\d{1,2})(?!\d))?/;
const OLD_NAME = /claude-(\d)(?:[-.](\d)(?!\d))?/;
const RECENT = 500;

/** Rules by the vendor's name of the model. A family not heard of before is taken for a recent one. */
export function rulesOf(upstreamModel: string): ModelRules {
  const name = upstreamModel.toLowerCase();
  if (!name.includes("claude")) return OTHERS;
  const recent = NEW_NAME.exec(name);
  const [, family, version] = recent ? [0, recent[1]!, numberOf(recent[2], recent[3])] : [0, "", oldVersion(name)];
  return {
    thinking: version < 307 ? "none" : version >= 406 ? "adaptive" : "budget",
    topEffort: version >= 407 ? "xhigh" : "max",
    sampling: version >= 500 || (family === "opus" && version >= 407) ? "none" : version >= 400 ? "one" : "all",
    structuredOutput: version >= 405,
    prefill: version < 406,
    midSystem: version >= 408,
  };
}

const numberOf = (major: string | undefined, minor: string | undefined): number => Number(major) * 100 + Number(minor ?? 0);

function oldVersion(name: string): number {
  const found = OLD_NAME.exec(name);
  return found ? numberOf(found[1], found[2]) : RECENT;
}
