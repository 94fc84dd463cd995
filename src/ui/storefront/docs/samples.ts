import type { Sample } from "#ui/storefront/code-card.tsx";
import type { GuideContext } from "#ui/storefront/docs/blocks.ts";

/** Samples of the guides by name; several of one name are tabs. */
export const guideSamples = (_name: string, _context: GuideContext): readonly Sample[] => [];
