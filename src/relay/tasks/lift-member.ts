const QUOTE = 34, BACKSLASH = 92, COLON = 58;

/** What is told of a long text while it goes by. */
export type Lifted = (index: number, text: string) => void;

/**
 * Takes the texts under one name out of JSON as it comes, so that what may hold a whole film is never in memory at
 * once. What remains is JSON, with empty texts in their place.
 *
 * @param lifted gets them piece by piece, unescaped; `index` counts the texts
 */
export function createLifter(member: string, lifted: Lifted): (chunk: Buffer) => Buffer {
  let where: "between" | "text" | "lifted" | "closing" = "between";
  let word = "", isNamed = false, index = -1;
  /** Of an escape that has begun. */
  let escape = "";

  /** @returns whether the escape is whole */
  const escaped = (byte: number): boolean => {
    escape += String.fromCharCode(byte);
    return escape[1] !== "u" || escape.length === 6;
  };
  const between = (byte: number): void => {
    if (byte === QUOTE) {
      where = isNamed ? "lifted" : "text";
      if (isNamed) index++;
      else word = "";
      isNamed = false;
    } else if (byte === COLON) isNamed = word === member;
    else if (byte > 32) [word, isNamed] = ["", false];
  };
  const text = (byte: number): void => {
    if (escape !== "") {
      if (escaped(byte)) escape = "";
    } else if (byte === BACKSLASH) [escape, word] = ["\\", ""];
    else if (byte === QUOTE) where = "between";
    else if (word.length <= member.length) word += String.fromCharCode(byte);
  };
  /** @returns where it has stopped reading */
  const long = (chunk: Buffer, from: number): number => {
    if (escape !== "") {
      if (escaped(chunk[from]!)) {
        lifted(index, JSON.parse(`"${escape}"`) as string);
        escape = "";
      }
      return from + 1;
    }
    const end = before(chunk, QUOTE, from), stop = Math.min(end, before(chunk, BACKSLASH, from, end));
    if (stop > from) lifted(index, chunk.toString("latin1", from, stop));
    if (stop < chunk.length && stop < end) escape = "\\";
    if (stop === end && end < chunk.length) where = "closing";
    // The quote that ends it is left to be passed on.
    return stop === end ? stop : stop + 1;
  };

  return (chunk) => {
    const rest: Buffer[] = [];
    let from = 0, at = 0;
    while (at < chunk.length) {
      if (where === "lifted") {
        rest.push(chunk.subarray(from, at));
        from = at = long(chunk, at);
      } else if (where === "closing") {
        [where, word] = ["between", ""];
        at++;
      } else if (where === "between") between(chunk[at++]!);
      else text(chunk[at++]!);
    }
    rest.push(chunk.subarray(from, at));
    return rest.length === 1 ? rest[0]! : Buffer.concat(rest);
  };
}

function before(chunk: Buffer, byte: number, from: number, end = chunk.length): number {
  const found = chunk.subarray(from, end).indexOf(byte);
  return found < 0 ? end : from + found;
}

/** The bytes of one of the files that JSON holds as base64, as they come. @param wanted counts the texts under this name */
export function createFileInJson(member: string, wanted: number): (chunk: Buffer) => Buffer {
  let letters = "";
  const lift = createLifter(member, (index, text) => {
    if (index === wanted) letters += text;
  });
  return (chunk) => {
    lift(chunk);
    const whole = letters.length - (letters.length % 4), bytes = Buffer.from(letters.slice(0, whole), "base64");
    letters = letters.slice(whole);
    return bytes;
  };
}
