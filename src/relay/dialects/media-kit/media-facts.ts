import type { ReplyFacts } from "#relay/dialects/dialect.ts";
import type { Usage } from "#money/usage.ts";

/** The facts of an answer that is no conversation. Its text, if any, is not counted: what it costs is known otherwise. */
export class MediaFacts implements ReplyFacts {
  usage?: Usage;
  usageInconsistent = false;
  usageEstimated = false;
  content = false;
  complete = false;
  error?: NonNullable<ReplyFacts["error"]>;
  id?: string;
  contentType?: string;
  contentBytes = 0;
  contentCjk = 0;
  readonly text: string[] = [];
  textTruncated = false;

  /** Takes what a reader of usage made out; nothing changes where there was nothing. */
  use({ usage, inconsistent, estimated }: ReadUsage): void {
    this.usageInconsistent ||= inconsistent;
    this.usageEstimated = estimated;
    if (usage === undefined) delete this.usage;
    else this.usage = usage;
  }
}

/** `usage` undefined: the tokens are to be counted by the shop. */
export type ReadUsage = Readonly<{ usage: Usage | undefined; inconsistent: boolean; estimated: boolean }>;
