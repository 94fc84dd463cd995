import type { KnownWords } from "#relay/http/body/known-words.ts";

/** What a string, key or number inside a walked value counts as. */
export const COUNT_NOTHING = 0;
/** Chat messages: text strings count, media parts are noted and left out. */
export const COUNT_MESSAGES = 1;
/** Prompts and embedding inputs: strings count, and so do token ids. */
export const COUNT_INPUT = 2;
/** Content blocks of Anthropic's messages: media is told by a block's `type`. */
export const COUNT_BLOCKS = 3;
/** Parts of Gemini's contents: media is told by its MIME type. */
export const COUNT_PARTS = 4;
/** Items of a Responses input: media is told by an item's `type`. */
export const COUNT_ITEMS = 5;
/** Inside the media of a Gemini part. */
const COUNT_MEDIA = 6;
export type CountMode =
  | typeof COUNT_NOTHING | typeof COUNT_MESSAGES | typeof COUNT_INPUT | typeof COUNT_BLOCKS | typeof COUNT_PARTS | typeof COUNT_ITEMS | typeof COUNT_MEDIA;

export class JsonFault extends Error {
  override readonly name = "JsonFault";
}

const DEPTH_MAX = 64;
const ELEMENTS_MAX = 200_000;
/** A token id counts as the bytes of a common token, so that byte-based estimates come out right. */
const TOKEN_ID_BYTES = 4;

/** Classes of bytes inside a string: 0 plain, 1 first byte of U+3000–U+D7FF (CJK, kana, Hangul), 2 quote, 3 backslash, 4 control. */
const STRING_CLASS = new Uint8Array(256);
STRING_CLASS.fill(4, 0, 32);
STRING_CLASS.fill(1, 0xe3, 0xee);
STRING_CLASS[34] = 2;
STRING_CLASS[92] = 3;

/**
 * A JSON validator over UTF-8 bytes that builds no tree: it walks values and counts what the shop
 * must know before it forwards them (text bytes, CJK characters, media parts).
 * The bytes must be valid UTF-8 already.
 */
export class JsonWalker {
  readonly body: Buffer;
  textBytes = 0;
  cjkChars = 0;
  images = 0;
  audio = false;
  documents = false;
  /** Elements of the array walked last at depth `arrayDepth`. */
  elements = 0;
  /** MIME type of the media walked last. */
  private mime = "";
  private readonly words: KnownWords | undefined;

  /** @param words keys that are likely to come at the top */
  constructor(body: Buffer, words?: KnownWords) {
    this.body = body;
    this.words = words;
  }

  blank(at: number): number {
    const { body } = this;
    let byte = body[at];
    while (byte === 32 || byte === 10 || byte === 13 || byte === 9) byte = body[++at];
    return at;
  }

  /**
   * Walks the value that begins at `at` (no blanks before it).
   * @returns where it ends
   * @throws JsonFault when it isn't JSON, or nests too deep, or an array is too long
   */
  value(at: number, depth: number, mode: CountMode): number {
    switch (this.body[at]) {
      case 34:
        return this.string(at + 1, mode !== COUNT_NOTHING);
      case 123:
        return this.object(at + 1, depth + 1, mode);
      case 91:
        return this.array(at + 1, depth + 1, mode);
      case 116:
        return this.literal(at, "true");
      case 102:
        return this.literal(at, "false");
      case 110:
        return this.literal(at, "null");
      default:
        if (mode === COUNT_INPUT) this.textBytes += TOKEN_ID_BYTES;
        return this.number(at);
    }
  }

  /** @param at behind the opening quote @returns behind the closing one */
  string(at: number, counted: boolean): number {
    const { body } = this;
    const start = at;
    const length = body.length;
    let cjk = 0;
    let saved = 0;
    for (; at < length; at++) {
      const kind = STRING_CLASS[body[at]!]!;
      if (kind === 0) continue;
      if (kind === 1) cjk++;
      else if (kind === 2) {
        if (counted) {
          this.textBytes += at - start - saved;
          this.cjkChars += cjk;
        }
        return at + 1;
      } else if (kind === 4) throw new JsonFault("a control character in a string");
      else {
        const unit = this.escape(at);
        if (unit >= 0x3000 && unit < 0xd800) cjk++;
        saved += unit < 0 ? 1 : 6 - utf8Length(unit);
        at += unit < 0 ? 1 : 5;
      }
    }
    throw new JsonFault("an unfinished string");
  }

  /** @returns the code unit of a `\u` escape, -1 for the short ones */
  private escape(at: number): number {
    const { body } = this;
    switch (body[at + 1]) {
      case 34: case 92: case 47: case 98: case 102: case 110: case 114: case 116:
        return -1;
      case 117: {
        let unit = 0;
        for (let digit = at + 2; digit < at + 6; digit++) {
          const value = hexValue(body[digit]);
          if (value < 0) throw new JsonFault("a broken escape");
          unit = unit * 16 + value;
        }
        return unit;
      }
      default:
        throw new JsonFault("an unknown escape");
    }
  }

  private object(at: number, depth: number, mode: CountMode): number {
    if (depth > DEPTH_MAX) throw new JsonFault(`nesting deeper than ${DEPTH_MAX}`);
    const { body } = this;
    at = this.blank(at);
    if (body[at] === 125) return at + 1;
    for (;;) {
      if (body[at] !== 34) throw new JsonFault("a member without a name");
      const keyStart = at + 1;
      at = this.string(keyStart, false);
      const keyEnd = at - 1;
      at = this.blank(at);
      if (body[at] !== 58) throw new JsonFault("a member without a colon");
      const start = this.blank(at + 1);
      if (mode < COUNT_BLOCKS) at = this.value(start, depth, mode === COUNT_MESSAGES ? this.partMode(keyStart, keyEnd) : mode);
      else at = this.member(keyStart, keyEnd, start, depth, mode);
      at = this.blank(at);
      const byte = body[at];
      if (byte === 125) return at + 1;
      if (byte !== 44) throw new JsonFault("a missing comma in an object");
      at = this.blank(at + 1);
    }
  }

  private array(at: number, depth: number, mode: CountMode): number {
    if (depth > DEPTH_MAX) throw new JsonFault(`nesting deeper than ${DEPTH_MAX}`);
    const { body } = this;
    at = this.blank(at);
    this.elements = 0;
    if (body[at] === 93) return at + 1;
    for (let count = 1; ; count++) {
      if (count > ELEMENTS_MAX) throw new JsonFault(`an array of more than ${ELEMENTS_MAX} elements`);
      at = this.blank(this.value(at, depth, mode));
      const byte = body[at];
      if (byte === 93) {
        this.elements = count;
        return at + 1;
      }
      if (byte !== 44) throw new JsonFault("a missing comma in an array");
      at = this.blank(at + 1);
    }
  }

  /** Parts that hold media: noted, their bytes are no text. */
  private partMode(start: number, end: number): CountMode {
    const length = end - start;
    if (length > 40) return COUNT_MESSAGES;
    const first = this.body[start];
    // Only keys in i, f or v can be meant (or an escape at the front that hides such a letter).
    if (first !== 105 && first !== 102 && first !== 118 && first !== 92) return COUNT_MESSAGES;
    switch (this.text(start, end)) {
      case "image_url":
      case "input_image":
        this.images++;
        return COUNT_NOTHING;
      case "input_audio":
        this.audio = true;
        return COUNT_NOTHING;
      case "file":
      case "video_url":
        this.documents = true;
        return COUNT_NOTHING;
      default:
        return COUNT_MESSAGES;
    }
  }

  /** A member of an object whose keys tell what its values are. */
  private member(keyStart: number, keyEnd: number, start: number, depth: number, mode: CountMode): number {
    const key = keyEnd - keyStart > MEDIA_KEY_BYTES_MAX ? "" : this.text(keyStart, keyEnd);
    if (mode === COUNT_MEDIA) {
      const end = this.value(start, depth, COUNT_NOTHING);
      if (key === "mimeType" || key === "mime_type") this.mime = this.word(start, end);
      return end;
    }
    const kind = MEMBERS[mode as keyof typeof MEMBERS].get(key);
    switch (kind) {
      case undefined:
        return this.value(start, depth, mode);
      case "type": {
        const end = this.value(start, depth, mode);
        this.noteKind(KINDS.get(this.word(start, end)));
        return end;
      }
      case "media": {
        this.mime = "";
        const end = this.value(start, depth, COUNT_MEDIA);
        this.noteKind(/^(image|audio)\//.exec(this.mime)?.[1] ?? "document");
        return end;
      }
      case "source":
        // An object holds a file or its address; as a string it is the name of a search result.
        return this.value(start, depth, this.body[start] === 123 ? COUNT_NOTHING : mode);
      default:
        return this.value(start, depth, kind);
    }
  }

  private noteKind(kind: string | undefined): void {
    if (kind === "image") this.images++;
    else if (kind === "audio") this.audio = true;
    else if (kind === "document") this.documents = true;
  }

  /** A short string's text; "" for anything else. */
  private word(start: number, end: number): string {
    return this.body[start] === 34 && end - start <= KEY_BYTES_MAX ? this.text(start + 1, end - 1) : "";
  }

  /** A key between two quotes, escapes resolved; "" for one that is longer than any that is looked for. */
  key(start: number, end: number): string {
    if (end - start > KEY_BYTES_MAX) return "";
    return this.words?.find(this.body, start, end) ?? this.text(start, end);
  }

  /** The string between two quotes, escapes resolved. */
  text(start: number, end: number): string {
    const raw = this.body.toString("utf8", start, end);
    return raw.includes("\\") ? (JSON.parse(`"${raw}"`) as string) : raw;
  }

  private literal(at: number, word: string): number {
    for (let index = 0; index < word.length; index++) {
      if (this.body[at + index] !== word.charCodeAt(index)) throw new JsonFault("an unknown word");
    }
    return at + word.length;
  }

  private number(at: number): number {
    const { body } = this;
    if (body[at] === 45) at++;
    if (body[at] === 48) at++;
    else at = this.digits(at);
    if (body[at] === 46) at = this.digits(at + 1);
    if (body[at] === 101 || body[at] === 69) {
      at++;
      if (body[at] === 43 || body[at] === 45) at++;
      at = this.digits(at);
    }
    return at;
  }

  private digits(at: number): number {
    const start = at;
    while (isDigit(this.body[at])) at++;
    if (at === start) throw new JsonFault("a value that is no JSON");
    return at;
  }
}

/** Keys whose values are not plain text of a mode; a mode = how they count. */
type MemberKind = CountMode | "type" | "media" | "source";
const MEMBERS: Readonly<Record<typeof COUNT_BLOCKS | typeof COUNT_PARTS | typeof COUNT_ITEMS, ReadonlyMap<string, MemberKind>>> = {
  // A tool's input is whatever its author calls things: nothing in it is media.
  [COUNT_BLOCKS]: new Map<string, MemberKind>([["type", "type"], ["source", "source"], ["input", COUNT_INPUT], ["signature", COUNT_NOTHING], ["cache_control", COUNT_NOTHING]]),
  [COUNT_PARTS]: new Map<string, MemberKind>([
    ["inlineData", "media"], ["inline_data", "media"], ["fileData", "media"], ["file_data", "media"],
    ["args", COUNT_INPUT], ["response", COUNT_INPUT], ["thoughtSignature", COUNT_NOTHING], ["thought_signature", COUNT_NOTHING],
  ]),
  [COUNT_ITEMS]: new Map<string, MemberKind>([
    ["type", "type"], ["image_url", COUNT_NOTHING], ["file_data", COUNT_NOTHING], ["file_url", COUNT_NOTHING], ["file_id", COUNT_NOTHING],
    ["input_audio", COUNT_NOTHING], ["result", COUNT_NOTHING],
  ]),
};
/** Media by the `type` of a block or item. */
const KINDS: ReadonlyMap<string, string> = new Map([
  ["image", "image"], ["input_image", "image"], ["computer_screenshot", "image"], ["image_generation_call", "image"],
  ["document", "document"], ["input_file", "document"], ["container_upload", "document"], ["input_audio", "audio"],
]);

/**
 * Walks a body that must be one object and reports its members in order.
 *
 * @param modeOf how the value of a key is counted
 * @throws JsonFault
 */
export function walkTopLevel(
  walker: JsonWalker,
  modeOf: (key: string) => CountMode,
  onMember: (key: string, start: number, end: number) => void,
): void {
  const { body } = walker;
  let at = walker.blank(0);
  if (body[at] !== 123) throw new JsonFault("it must be an object");
  at = walker.blank(at + 1);
  if (body[at] !== 125) at = walkMembers(walker, at, modeOf, onMember);
  if (walker.blank(at + 1) !== body.length) throw new JsonFault("something follows its end");
}

function walkMembers(
  walker: JsonWalker,
  at: number,
  modeOf: (key: string) => CountMode,
  onMember: (key: string, start: number, end: number) => void,
): number {
  const { body } = walker;
  for (;;) {
    if (body[at] !== 34) throw new JsonFault("a member without a name");
    const keyEnd = walker.string(at + 1, false);
    const key = walker.key(at + 1, keyEnd - 1);
    at = walker.blank(keyEnd);
    if (body[at] !== 58) throw new JsonFault("a member without a colon");
    const start = walker.blank(at + 1);
    const end = walker.value(start, 1, modeOf(key));
    onMember(key, start, end);
    at = walker.blank(end);
    if (body[at] === 125) return at;
    if (body[at] !== 44) throw new JsonFault("a missing comma in an object");
    at = walker.blank(at + 1);
  }
}

/** Reports the members of a nested object that has been found to be good JSON. @param start of its brace */
export function walkNested(body: Buffer, start: number, onMember: (key: string, start: number, end: number) => void): void {
  const walker = new JsonWalker(body);
  const at = walker.blank(start + 1);
  if (body[at] !== 125) walkMembers(walker, at, () => COUNT_NOTHING, onMember);
}

/** No key we look for is longer, were each of its letters an escape of six bytes. */
const KEY_BYTES_MAX = 200;
const MEDIA_KEY_BYTES_MAX = 120;

const isDigit = (byte: number | undefined): boolean => byte !== undefined && byte >= 48 && byte <= 57;

const utf8Length = (unit: number): number => {
  if (unit < 0x80) return 1;
  if (unit < 0x800) return 2;
  return unit >= 0xd800 && unit < 0xe000 ? 2 : 3; // two surrogates make four bytes
};

function hexValue(byte: number | undefined): number {
  if (byte === undefined) return -1;
  if (byte >= 48 && byte <= 57) return byte - 48;
  const lower = byte | 32;
  return lower >= 97 && lower <= 102 ? lower - 87 : -1;
}
