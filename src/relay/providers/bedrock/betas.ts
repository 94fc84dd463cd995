/** @see Amazon Bedrock's user guide, "Anthropic Claude Messages": values of `anthropic_beta` */
const SAME = [
  "computer-use-2024-10-22", "computer-use-2025-01-24", "computer-use-2025-11-24", "token-efficient-tools-2025-02-19", "fine-grained-tool-streaming-2025-05-14",
  "interleaved-thinking-2025-05-14", "output-128k-2025-02-19", "dev-full-thinking-2025-05-14", "context-1m-2025-08-07", "context-management-2025-06-27",
  "effort-2025-11-24", "tool-search-tool-2025-10-19", "tool-examples-2025-10-29", "compact-2026-01-12",
] as const;

/** With any other a request is refused as a whole. */
export const BEDROCK_BETAS: ReadonlyMap<string, string> = new Map([
  ...SAME.map((name) => [name, name] as const),
  // Searching for tools has one name at Anthropic's and another at the clouds'.
  ["advanced-tool-use-2025-11-20", "tool-search-tool-2025-10-19"],
]);
