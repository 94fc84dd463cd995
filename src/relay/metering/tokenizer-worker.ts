import { parentPort } from "node:worker_threads";
import type { EncodingName, TokenizerJob, TokenizerResult } from "#relay/metering/tokenizer.ts";
import { Bpe, type Ranks } from "#relay/metering/bpe.ts";

/** Ranks take 66 MB and 0.2 s to load: each encoding is loaded when it is first asked for. */
const LOADERS: Readonly<Record<EncodingName, () => Promise<{ default: Ranks }>>> = {
  o200k_base: () => import("js-tiktoken/ranks/o200k_base"),
  cl100k_base: () => import("js-tiktoken/ranks/cl100k_base"),
};

const port = parentPort;
if (!port) throw new Error("the tokenizer worker runs as a worker thread only");

const loaded = new Map<EncodingName, Promise<Bpe>>();

function encoding(name: EncodingName): Promise<Bpe> {
  const known = loaded.get(name);
  if (known) return known;
  const loading = LOADERS[name]().then(({ default: ranks }) => new Bpe(ranks));
  loaded.set(name, loading);
  return loading;
}

port.on("message", ({ id, texts, name }: TokenizerJob) => {
  encoding(name)
    .then((bpe) => texts.reduce((sum, text) => sum + bpe.count(text), 0))
    .then((tokens): TokenizerResult => ({ id, tokens }), (): TokenizerResult => ({ id, tokens: undefined }))
    .then((result) => port.postMessage(result));
});
