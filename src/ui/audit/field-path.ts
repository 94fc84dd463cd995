const STEP = /\[(\d+)\]|\["((?:[^"\\]|\\.)*)"\]|([A-Za-z_$][\w$]*)/g;
const CAMEL = /([a-z\d])([A-Z])/g;
const UNIT = /_(?:nano(?:_usd)?|ppm|ms)$/;

/** A path such as `limits.rpm` or `models["gpt-4o"]` taken apart; places in lists are numbers. */
export function stepsOf(path: string): readonly (string | number)[] {
  return [...path.matchAll(STEP)].map(([, place, quoted, plain]) => (place !== undefined ? Number(place) : quoted !== undefined ? (JSON.parse(`"${quoted}"`) as string) : plain!));
}

/** The name under which a field's word is found, whoever wrote it: `topUpPpm`, `top_up_ppm` and `top_up` are one field. */
export function wordKey(step: string): string {
  const snake = step.replace(CAMEL, "$1_$2").toLowerCase();
  return snake.replace(UNIT, "");
}

/** Fields that hold one of a few known words. */
const ENUMERATED = new Set(["status", "role", "state", "kind", "how", "stage", "bucket", "key_mode", "result", "per", "op", "mode"]);

/** The word key of the innermost named field, where its values are words of a known list. */
export function enumeratedField(path: string): string | undefined {
  const last = stepsOf(path).findLast((step) => typeof step === "string");
  const key = last === undefined ? undefined : wordKey(last as string);
  return key !== undefined && ENUMERATED.has(key) ? key : undefined;
}
