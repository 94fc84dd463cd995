import type { Loss } from "#relay/canonical/losses.ts";
import { strictWarn } from "#relay/conversion/strict.ts";

/** Notes each code of what is left out once; a caller who is strict is refused instead. */
export function warningsOf(strict: boolean): Readonly<{ codes: string[]; warn: (code: Loss) => void }> {
  const codes: string[] = [];
  return {
    codes,
    warn: (code) => {
      if (strict) strictWarn(code);
      else if (!codes.includes(code)) codes.push(code);
    },
  };
}
