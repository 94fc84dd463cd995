"use client";
import { useQuery } from "@tanstack/react-query";
import { useTranslations } from "next-intl";
import { useState } from "react";
import { useComma } from "#ui/format/comma.client.ts";
import { Button } from "#ui/kit/button.tsx";
import { Callout } from "#ui/kit/callout.tsx";
import { Dialog } from "#ui/kit/dialog.client.tsx";
import { NumberField, SelectField } from "#ui/kit/fields.client.tsx";
import { bulkLine, type BulkLine } from "#ui/channels/bulk-preview.ts";
import { useBulkEdit } from "#ui/channels/use-bulk-edit.client.ts";
import type { Channel } from "#ui/channels/wire.ts";
import { useTRPC } from "#ui/trpc/client.client.tsx";

type GroupWish = "keep" | "add" | "remove";

/** Priority, weight and groups of the ticked channels: each change is shown before any is made. */
export function BulkDialog({ channels, onClose, onDone }: { channels: readonly Channel[]; onClose: () => void; onDone: () => void }) {
  const t = useTranslations("channels.bulk");
  const comma = useComma();
  const trpc = useTRPC();
  const edit = useBulkEdit();
  // As they were when it opened: what somebody else changes meanwhile is refused, not overwritten.
  const [base] = useState(channels);
  const { data: groups } = useQuery(trpc.admin.groups.list.queryOptions());
  const [priority, setPriority] = useState<number>();
  const [weight, setWeight] = useState<number>();
  const [wishes, setWishes] = useState<Readonly<Record<string, GroupWish>>>({});
  const [busy, setBusy] = useState(false);
  const wished = (what: GroupWish): Set<string> => new Set(Object.keys(wishes).filter((id) => wishes[id] === what));
  const wish = { priority, weight, addGroups: wished("add"), removeGroups: wished("remove") };
  const lines = new Map(base.map((channel) => [channel.id, bulkLine(channel, wish, groups ?? [])]));
  const changing = base.filter(({ id }) => lines.get(id)!.changes.length > 0);
  const groupless = base.filter(({ id }) => lines.get(id)!.groupless);
  const apply = async () => {
    setBusy(true);
    const ok = await edit(changing.map(({ id, updatedAt }) => ({ id, seen: updatedAt, patch: lines.get(id)!.patch })), t("edited", { count: changing.length }));
    setBusy(false);
    if (ok) onDone();
  };
  return (
    <Dialog open onOpenChange={(open) => open || onClose()} size="lg" title={t("title", { count: base.length })} description={t("text")}
      footer={<><Button onClick={onClose}>{t("cancel")}</Button><Button variant="primary" busy={busy} disabled={changing.length === 0} onClick={() => void apply()}>{t("apply", { count: changing.length })}</Button></>}>
      <div className="flex flex-col gap-5">
        <div className="grid gap-3 sm:grid-cols-2">
          <NumberField label={t("priority")} optional hint={t("unchanged")} min={-1_000_000} max={1_000_000} value={priority} onChange={setPriority} />
          <NumberField label={t("weight")} optional hint={t("unchanged")} max={1_000_000} value={weight} onChange={setWeight} />
        </div>
        {groups && groups.length > 0 ? (
          <fieldset>
            <legend className="mb-2 font-medium">{t("groups")}</legend>
            <div className="grid gap-x-6 gap-y-2 sm:grid-cols-2">
              {groups.map(({ id, name }) => (
                <div key={id} className="flex min-w-0 items-center gap-3">
                  <span className="min-w-0 flex-1 truncate">{name}</span>
                  <SelectField hideLabel className="w-36 flex-none" label={t("groupWish", { name })} value={wishes[id] ?? "keep"} onChange={(next) => setWishes({ ...wishes, [id]: next })}
                    options={(["keep", "add", "remove"] as const).map((value) => ({ value, label: t(`wishes.${value}`) }))} />
                </div>
              ))}
            </div>
          </fieldset>
        ) : null}
        <Preview base={base} lines={lines} />
        {groupless.length > 0 ? <Callout tone="warn">{t("groupless", { count: groupless.length, names: groupless.slice(0, 3).map(({ name }) => name).join(comma) })}</Callout> : null}
      </div>
    </Dialog>
  );
}

function Preview({ base, lines }: { base: readonly Channel[]; lines: ReadonlyMap<string, BulkLine> }) {
  const t = useTranslations("channels.bulk");
  return (
    <div className="max-h-64 overflow-auto border-y" tabIndex={0} role="region" aria-label={t("preview")}>
      <table className="tbl tbl-dense tbl-flush w-full">
        <thead><tr><th className="w-2/5">{t("channel")}</th><th>{t("change")}</th></tr></thead>
        <tbody>
          {base.map(({ id, name }) => {
            const { changes } = lines.get(id)!;
            return (
              <tr key={id}>
                <td className="max-w-0 truncate py-1.5! align-top">{name}</td>
                <td className="py-1.5! text-13 whitespace-normal!">
                  {changes.length === 0 ? <span className="text-fg-3">{t("same")}</span> : changes.map(({ field, before, after }) => (
                    <span key={field} className="nums block"><span className="text-fg-2">{t(field)}</span> <s className="text-fg-3">{before}</s> <span className="font-medium text-accent-text">{after}</span></span>
                  ))}
                </td>
              </tr>
            );
          })}
        </tbody>
      </table>
    </div>
  );
}
