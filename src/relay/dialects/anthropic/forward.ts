import type { Forwarded } from "#relay/dialects/dialect.ts";
import type { Inbound } from "#relay/http/exchange.ts";

/** All editions that the vendor has published. Another one would be refused, or be read as something else than what is written here. */
const VERSIONS: ReadonlySet<string> = new Set(["2023-01-01", "2023-06-01"]);
const BETAS_TEXT = /^[\w.,: -]{1,2000}$/;

/** Which known edition of the format a client speaks is the vendor's business too: it goes on. Nothing else of its head does. */
export function forward({ headers, query }: Pick<Inbound, "headers" | "query">): Forwarded {
  const version = headers["anthropic-version"];
  const betas = headers["anthropic-beta"];
  return {
    headers: {
      ...(version !== undefined && VERSIONS.has(version) ? { "anthropic-version": version } : {}),
      ...(betas !== undefined && BETAS_TEXT.test(betas) ? { "anthropic-beta": betas } : {}),
    },
    query: query.get("beta") === "true" ? { beta: "true" } : {},
  };
}
