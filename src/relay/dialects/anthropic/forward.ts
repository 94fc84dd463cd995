import type { Forwarded } from "#relay/dialects/dialect.ts";
import type { Inbound } from "#relay/http/exchange.ts";

const VERSION_TEXT = /^\d{4}-\d{2}-\d{2}$/;
const BETAS_TEXT = /^[\w.,: -]{1,2000}$/;

/** Which edition of the format a client speaks is the vendor's business too: it goes on. Nothing else of its head does. */
export function forward({ headers, query }: Pick<Inbound, "headers" | "query">): Forwarded {
  const version = headers["anthropic-version"];
  const betas = headers["anthropic-beta"];
  return {
    headers: {
      ...(version !== undefined && VERSION_TEXT.test(version) ? { "anthropic-version": version } : {}),
      ...(betas !== undefined && BETAS_TEXT.test(betas) ? { "anthropic-beta": betas } : {}),
    },
    query: query.get("beta") === "true" ? { beta: "true" } : {},
  };
}
