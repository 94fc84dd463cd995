import { expect, test } from "vitest";
import { createFileInJson, createLifter } from "#relay/tasks/lift-member.ts";

const FILMS = ["first film, of some length", "second"].map((text) => Buffer.from(text).toString("base64"));
const REPLY = {
  name: 'a "bytes": "x"', done: true, note: "\\", bytes: 7,
  response: { videos: [{ bytes: FILMS[0], mimeType: "video/mp4" }, { mimeType: "video/mp4", bytes: FILMS[1] }], last: "bytes", odd: '"bytes":"x\\' },
};

/** In pieces of every size, so that each letter is once the last of its piece. */
const inPieces = (text: string, size: number, take: (chunk: Buffer) => Buffer): string => {
  const whole = Buffer.from(text), taken: Buffer[] = [];
  for (let at = 0; at < whole.length; at += size) taken.push(take(whole.subarray(at, at + size)));
  return Buffer.concat(taken).toString();
};

test.each([JSON.stringify(REPLY), JSON.stringify(REPLY, null, 2)])("what a name holds goes by, and all else is left (%#)", (text) => {
  const without = { ...REPLY, response: { ...REPLY.response, videos: [{ bytes: "", mimeType: "video/mp4" }, { mimeType: "video/mp4", bytes: "" }] } };
  for (let size = 1; size <= 40; size++) {
    const lifted = ["", ""];
    expect(JSON.parse(inPieces(text, size, createLifter("bytes", (index, piece) => { lifted[index] += piece; })))).toEqual(without);
    expect(lifted).toEqual(FILMS);
  }
});

test("a file comes out as it went in, however the vendor writes its letters", () => {
  const film = Buffer.from([251, 255, 190, 1]), escaped = film.toString("base64").replaceAll("/", "\\/").replaceAll("=", "\\u003d");
  expect(escaped).toContain("\\u003d");
  for (let size = 1; size <= 12; size++) {
    const bytes: Buffer[] = [], take = createFileInJson("bytes", 1);
    inPieces(`{"a":[{"bytes":"${FILMS[0]}"},{"bytes" : "${escaped}"},{"bytes":"${FILMS[1]}"}]}`, size, (chunk) => {
      bytes.push(take(chunk));
      return chunk;
    });
    expect(Buffer.concat(bytes)).toEqual(film);
  }
});
