/** What was said, and when, in seconds. */
export type Word = Readonly<{ word: string; start: number; end: number; speaker?: string }>;
export type Segment = Readonly<{ text: string; start: number; end: number; speaker?: string }>;
export type Transcript = Readonly<{
  text: string;
  language?: string | undefined;
  /** Of the recording. */
  seconds?: number | undefined;
  segments: readonly Segment[];
  words: readonly Word[];
}>;

/** A line of subtitles is read in about this time, and no longer than this. */
const LINE_SECONDS = 7;
const LINE_LETTERS = 84;
const PAUSE_SECONDS = 1.5;
const SENTENCE_END = /[.!?。！？…]["'”’)]?$/;

/** Lines of words: a new one after each sentence, long pause or change of speaker, and where one would grow too long. */
export function linesOf(words: readonly Word[]): readonly Segment[] {
  const lines: Word[][] = [];
  for (const word of words) {
    const line = lines.at(-1), last = line?.at(-1);
    if (!line || !last || endsAt(line, last, word)) lines.push([word]);
    else line.push(word);
  }
  return lines.map((line) => {
    const { speaker } = line[0]!;
    return { text: joined(line), start: line[0]!.start, end: line.at(-1)!.end, ...(speaker !== undefined && { speaker }) };
  });
}

const endsAt = (line: readonly Word[], last: Word, next: Word): boolean =>
  SENTENCE_END.test(last.word) || last.speaker !== next.speaker || next.start - last.end > PAUSE_SECONDS
  || next.end - line[0]!.start > LINE_SECONDS || joined(line).length + next.word.length > LINE_LETTERS;

/** Words of languages that are written without blanks stand side by side. */
function joined(words: readonly Word[]): string {
  return words.reduce((text, { word }) => (text === "" || NO_BLANKS.test(text.at(-1)!) && NO_BLANKS.test(word) ? text + word : `${text} ${word}`), "");
}

const NO_BLANKS = /^[\u3000-\u30ff\u3400-\u9fff\uff00-\uffef]/;

/** The vendor's own segments, else lines made of its words. */
export const segmentsOf = ({ segments, words }: Transcript): readonly Segment[] => (segments.length > 0 ? segments : linesOf(words));
