import type { MediaAsk } from "#relay/dialects/media-ask.ts";
import type { Operation } from "#relay/dialects/operations.ts";
import { invalid, type TopValues } from "#relay/http/body/top-values.ts";

/** What a body says beside the model. */
export type MediaRead = Readonly<{ stream: boolean; media: MediaAsk }>;
type Reading = Readonly<{ value: TopValues; /** Of an array. */ length: (key: string) => number }>;
type Reader = (reading: Reading) => MediaRead;

const IMAGES_MAX = 128;
const PARTIAL_MAX = 3;
const DOCUMENTS_MAX = 10_000;
const INPUTS_MAX = 10_000;
/** Sizes and kinds of work are words such as `1536x1024` and `hd`: they become names of the price book. */
const ITEM_WORD = /^[\w.*-]{1,40}$/;

const readImages: Reader = ({ value, length }) => {
  const given = value.has("images") ? length("images") : value.has("image") ? Math.max(1, length("image")) : 0;
  const size = itemWord(value, "size"), quality = itemWord(value, "quality");
  const partial = value.count("partial_images") ?? 0;
  if (partial > PARTIAL_MAX) throw invalid("partial_images", `at most ${PARTIAL_MAX}`);
  return {
    stream: value.boolean("stream") ?? false,
    media: {
      images: { count: value.candidates(["n"], IMAGES_MAX), partial, ...(size !== undefined && { size }), ...(quality !== undefined && { quality }) },
      ...(given > 0 && { imagesIn: given }),
    },
  };
};

const readGenerations: Reader = (reading) => {
  reading.value.require("prompt");
  return readImages(reading);
};

const readEdits: Reader = (reading) => {
  reading.value.require("prompt");
  if (!reading.value.has("images")) reading.value.require("image");
  return readImages(reading);
};

const readVariations: Reader = (reading) => {
  reading.value.require("image");
  return { ...readImages(reading), stream: false };
};

/** Sound is always sent on as it comes; as events only where the request wants them. */
const readSpeech: Reader = ({ value }) => {
  value.require("input");
  if (!value.isText("input")) throw invalid("input", "a string");
  const format = value.text("response_format"), speed = value.number("speed");
  return {
    stream: true,
    media: {
      characters: letters(value.text("input")!),
      events: value.text("stream_format") === "sse",
      ...(format !== undefined && { format }),
      ...(speed !== undefined && speed > 0 && { speed }),
    },
  };
};

const readTranscription: Reader = ({ value }) => {
  value.require("file");
  const format = value.text("response_format");
  return { stream: value.boolean("stream") ?? false, media: format === undefined ? {} : { format } };
};

const readModerations: Reader = ({ value, length }) => {
  value.require("input");
  value.textOrArray("input");
  if (!value.isText("input")) value.array("input", length("input"), 1, INPUTS_MAX);
  return { stream: false, media: {} };
};

const readRerank: Reader = ({ value, length }) => {
  value.require("query");
  value.require("documents");
  value.array("documents", length("documents"), 1, DOCUMENTS_MAX);
  const topN = value.count("top_n");
  return {
    stream: false,
    media: { documents: length("documents"), returnDocuments: value.boolean("return_documents") ?? false, ...(topN !== undefined && { topN }) },
  };
};

/** By operation; the others are no media. */
export const mediaReaders: Readonly<Partial<Record<Operation, Reader>>> = {
  images: readGenerations,
  "image-edits": readEdits,
  "image-variations": readVariations,
  speech: readSpeech,
  transcriptions: readTranscription,
  translations: readTranscription,
  moderations: readModerations,
  rerank: readRerank,
};

function itemWord(value: TopValues, key: string): string | undefined {
  const word = value.text(key);
  if (word !== undefined && !ITEM_WORD.test(word)) throw invalid(key, "a word such as 1024x1024 or high");
  return word;
}

/** Characters as people count them, not halves of pairs. */
function letters(text: string): number {
  let count = text.length;
  for (let at = 0; at < text.length; at++) if ((text.charCodeAt(at) & 0xfc00) === 0xd800) count--;
  return count;
}
