"use client";
import { useQuery } from "@tanstack/react-query";
import { X } from "lucide-react";
import { useTranslations } from "next-intl";
import { factorText } from "#ui/channels/wire.ts";
import type { GroupRow } from "#ui/groups/group-row.ts";
import { SelectField } from "#ui/kit/fields.client.tsx";
import { IconButton } from "#ui/kit/icon-button.client.tsx";
import { useTRPC } from "#ui/trpc/client.client.tsx";

/** The groups that serve a group's members, in order; none = it does so itself. */
export function LineField({ group, value, onChange, readOnly }: { group: GroupRow; value: readonly string[]; onChange: (value: readonly string[]) => void; readOnly: boolean }) {
  const t = useTranslations("groups.form");
  const { data: groups = [] } = useQuery(useTRPC().admin.groups.list.queryOptions());
  // A line within a line would have no price of its own.
  const left = groups.filter(({ id, name, auto }) => id !== group.id && auto.length === 0 && !value.includes(name));
  const factorOf = (name: string): string => factorText(groups.find((other) => other.name === name)?.ppm ?? 1_000_000);
  return (
    <div className="flex min-w-0 flex-col gap-3">
      {value.length === 0 ? <p className="text-fg-2">{t("autoNone")}</p> : (
        <ol className="divide-y border-y">
          {value.map((name, index) => (
            <li key={name} className="flex min-h-9 items-center gap-3 py-1">
              <span className="nums w-4 text-fg-3">{index + 1}</span>
              <span className="min-w-0 flex-1 truncate">{name}</span>
              <span className="nums text-fg-2">× {factorOf(name)}</span>
              {readOnly ? null : <IconButton label={t("autoRemove", { group: name })} size="sm" onClick={() => onChange(value.filter((other) => other !== name))}><X size={14} strokeWidth={1.75} aria-hidden="true" /></IconButton>}
            </li>
          ))}
        </ol>
      )}
      {readOnly || left.length === 0 ? null : (
        <SelectField key={value.length} className="sm:w-1/2" label={t("autoAdd")} value={undefined} onChange={(name) => onChange([...value, name])} options={left.map(({ name, ppm }) => ({ value: name, label: name, hint: `× ${factorText(ppm)}` }))} />
      )}
      {value.length > 0 ? <p className="hint">{t("autoLine")}</p> : null}
    </div>
  );
}
