"use client";
import { useLocale } from "next-intl";
import { wordsOf } from "#ui/format/words.ts";

/** What stands between the members of a list in the reader's language. */
export const useComma = (): string => wordsOf(useLocale()).comma;
