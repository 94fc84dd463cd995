import { clsx, type ClassValue } from "clsx";
import { extendTailwindMerge } from "tailwind-merge";

/** The scale has names of its own (`text-13`), which would otherwise be taken for colours. */
const merge = extendTailwindMerge({
  extend: {
    theme: { text: ["12", "13", "14", "16", "20", "28", "40"], radius: ["mark", "control", "card", "full"], shadow: ["btn", "pop", "dialog"] },
  },
});

/** Class names joined; of two that say the same thing the later one holds. */
export const cn = (...classes: ClassValue[]): string => merge(clsx(classes));
