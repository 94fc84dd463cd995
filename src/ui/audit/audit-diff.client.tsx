"use client";
import { useQuery } from "@tanstack/react-query";
import { useTimeZone, useTranslations } from "next-intl";
import { useState } from "react";
import { enumeratedField, stepsOf, wordKey } from "#ui/audit/field-path.ts";
import { readableChanges } from "#ui/audit/readable-changes.ts";
import { formatStamp, shortId } from "#ui/format/index.ts";
import { Button } from "#ui/kit/button.tsx";
import { DiffView, type Change } from "#ui/kit/diff-view.tsx";
import { JsonView } from "#ui/kit/json-view.client.tsx";
import { useTRPC } from "#ui/trpc/client.client.tsx";

const UUID = /^[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}$/;
const STAMP = /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(?:\.\d+)?Z$/;
const WORD = /^\w+$/;
/** Values that are no words of a person's. */
const PLAIN = { true: "yes", false: "no", null: "none", "(set)": "set", "{}": "empty", "[]": "empty" } as Readonly<Record<string, "yes" | "no" | "none" | "set" | "empty" | undefined>>;
const NAMES_MAX = 200;

type Props = { before: unknown; after: unknown; /** How many fields are as they were, below. */ countSame?: boolean; className?: string };

/** What an act changed, in words: fields by their names, ids by what they stand for. What the log holds is shown on demand. */
export function AuditDiff({ before, after, countSame = false, className }: Props) {
  const t = useTranslations("audit");
  const [raw, setRaw] = useState(false);
  const { changes, same } = readableChanges(before ?? undefined, after ?? undefined);
  const value = useValueText(changes);
  const name = useFieldName();
  const worded = changes.map(({ path, before: old, after: now }): Change => ({ path, ...(old !== undefined && { before: value(path, old) }), ...(now !== undefined && { after: value(path, now) }) }));
  return (
    <div className={className}>
      {raw ? (
        <div className="flex min-w-0 flex-col gap-3">
          {before === null || before === undefined ? null : <JsonView label={t("rawBefore")} value={before} />}
          {after === null || after === undefined ? null : <JsonView label={t("rawAfter")} value={after} />}
        </div>
      ) : <DiffView changes={worded} {...(countSame && { same })} name={name} />}
      <Button variant="ghost" size="sm" className="mt-1 -ml-2 text-fg-3" aria-pressed={raw} onClick={() => setRaw(!raw)}>{raw ? t("inWords") : t("raw")}</Button>
    </div>
  );
}

/** `limits.rpm` as "Limits › Requests a minute"; names that the operator gave stay as they are. */
function useFieldName(): (path: string) => string {
  const t = useTranslations("audit");
  return (path) => stepsOf(path).map((step) => {
    if (typeof step === "number") return String(step + 1);
    const key = `fields.${wordKey(step)}`;
    return t.has(key) ? t(key) : step;
  }).join(" › ");
}

function useValueText(changes: readonly Change[]): (path: string, value: string) => string {
  const t = useTranslations("audit");
  const trpc = useTRPC();
  const timeZone = useTimeZone() ?? "UTC";
  const ids = [...new Set(changes.flatMap(({ before = "", after = "" }) => [before, after]).filter((value) => UUID.test(value)))].slice(0, NAMES_MAX);
  const names = useQuery({ ...trpc.admin.audit.names.queryOptions({ ids }), enabled: ids.length > 0 });
  return (path, value) => {
    if (UUID.test(value)) return names.data?.[value] ?? shortId(value);
    if (STAMP.test(value)) return formatStamp(new Date(value), { timeZone });
    const plain = PLAIN[value];
    if (plain !== undefined) return t(`values.${plain}`);
    const word = `words.${value}`;
    return enumeratedField(path) !== undefined && WORD.test(value) && t.has(word) ? t(word) : value;
  };
}
