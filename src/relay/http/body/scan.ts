/** Facts of a JSON request, found without building a tree (relay.md 9.2). Byte ranges are [start, end) of the value. */
export type ScannedRequest = Readonly<{
  model: string;
  stream: boolean;
  /** Client asked for usage in the stream. */
  includeUsage: boolean;
  /** The client's cap by any of its three names. */
  maxTokens?: number;
  /** `n`, default 1. */
  candidates: number;
  /** Byte ranges of top-level values by key. */
  ranges: ReadonlyMap<string, readonly [start: number, end: number]>;
  /** UTF-8 bytes of all string values inside messages, input, prompt, tools, response_format. */
  textBytes: number;
  /** Of those, lead bytes of CJK characters: for token estimates. */
  cjkChars: number;
  messages: number;
  tools: boolean;
  images: number;
  audio: boolean;
  documents: boolean;
}>;
