import { RelayError } from "#relay/errors.ts";
import type { JsonObject } from "#relay/providers/provider.ts";
import type { TaskWish } from "#relay/tasks/task.ts";

/** How a vendor is told whether a video is to sound, if it can be told, and what it makes where nobody says. */
export type SoundWord = Readonly<{ name?: string; on?: string | boolean; off?: string | boolean; usual?: boolean }>;

/** The names that vendors have for it; a member of one of them that says neither yes nor no is something else. */
const NAMES: ReadonlySet<string> = new Set(["sound", "generate_audio", "generateAudio", "enable_audio", "with_audio", "audio"]);
const SAID = new Map<unknown, boolean>([[true, true], [false, false], ["on", true], ["off", false], ["true", true], ["false", false]]);
/** Where the vendor's own parameters may stand. */
const DEEPER: ReadonlySet<string> = new Set(["parameters", "input"]);

const isSaid = ([name, value]: readonly [string, unknown]): boolean => NAMES.has(name) && SAID.has(value);
const isObject = (value: unknown): value is JsonObject => typeof value === "object" && value !== null && !Array.isArray(value);

/**
 * Whether the client wants sound, wherever and by whatever name it says so: one may be priced and another be made, so
 * all must say the same.
 *
 * @throws RelayError invalid_value
 */
export function soundOf({ native, extra }: Pick<TaskWish, "native" | "extra">): boolean | undefined {
  const members = [native, extra, ...Object.entries(extra).flatMap(([name, inner]) => (DEEPER.has(name) && isObject(inner) ? [inner] : []))];
  const said = members.flatMap((object) => Object.entries(object).filter(isSaid));
  const [first, ...others] = said;
  const other = first && others.find(([, value]) => SAID.get(value) !== SAID.get(first[1]));
  if (other) throw new RelayError("invalid_value", `'${other[0]}' and '${first[0]}' say different things of the sound.`, { param: other[0] });
  return first && SAID.get(first[1]);
}

/** The wish in the vendor's own word for sound, and in no other. */
export function withSoundWord(wish: TaskWish, word: SoundWord | undefined): TaskWish {
  if (wish.sound === undefined || word?.name === undefined) return wish;
  const value = wish.sound ? word.on : word.off;
  return { ...wish, extra: { ...silenced(wish.extra), [word.name]: value }, native: { ...silenced(wish.native), [word.name]: value } };
}

const silenced = (members: JsonObject): JsonObject => Object.fromEntries(Object.entries(members).filter((member) => !isSaid(member)).map(([name, value]) =>
  [name, DEEPER.has(name) && isObject(value) ? Object.fromEntries(Object.entries(value).filter((member) => !isSaid(member))) : value]));

/** Whether what was made sounds; undefined where a vendor's word for it is not known, whatever the client said. */
export const soundMade = (word: SoundWord | undefined, wanted: boolean | undefined): boolean | undefined =>
  (word?.name === undefined ? word?.usual : wanted ?? word.usual);
