"use client";
import { useQuery } from "@tanstack/react-query";
import { useTranslations } from "next-intl";
import { Button } from "#ui/kit/button.tsx";
import { Dialog } from "#ui/kit/dialog.client.tsx";
import { DiffView } from "#ui/kit/diff-view.tsx";
import { Time } from "#ui/kit/time.client.tsx";
import { contested, differing, rebase, type Fields, type Versions } from "#ui/conflict/rebase.ts";
import { useTRPC } from "#ui/trpc/client.client.tsx";

type Props<T extends Fields> = {
  /** What the audit log calls it. */
  target: Readonly<{ type: string; id: string }>;
  versions: Versions<T>;
  name: (field: string) => string;
  text: (value: unknown, field: string) => string;
  busy?: boolean;
  /** Stores this upon what is stored now. */
  onSave: (next: T) => void;
  /** Nothing of one's own is left over beside theirs. */
  onTheirs: () => void;
  onClose: () => void;
};

/** Two people edited one thing: what the other has stored, what is typed here, and the ways on. Nothing is lost without a word. */
export function ConflictDialog<T extends Fields>({ target, versions, name, text, busy = false, onSave, onTheirs, onClose }: Props<T>) {
  const t = useTranslations("conflict");
  const trpc = useTRPC();
  const last = useQuery(trpc.admin.audit.list.queryOptions({ targetType: target.type, targetId: target.id, limit: 1 }));
  const entry = last.data?.entries[0];
  const { was, now, mine } = versions;
  const both = contested(versions);
  const merged = rebase(versions, "theirs");
  const hasOwn = differing(now, merged).length > 0;
  const rows = (to: Fields) => differing(was, to).map((field) => ({ path: field, before: text(was[field], field), after: text(to[field], field) }));
  return (
    <Dialog
      open onOpenChange={(open) => !open && onClose()} size="lg"
      title={entry ? t.rich("title", { who: entry.actorEmail ?? t("system"), time: () => <Time at={entry.at} /> }) : t("titleUnknown")} description={t("text")}
      footer={
        <>
          <Button onClick={onClose}>{t("back")}</Button>
          <Button busy={busy} onClick={() => (hasOwn ? onSave(merged) : onTheirs())}>{hasOwn ? (both.length > 0 ? t("merge") : t("mergeAll")) : t("theirs")}</Button>
          {both.length > 0 ? <Button variant="primary" busy={busy} onClick={() => onSave(rebase(versions, "mine"))}>{t("overwrite")}</Button> : null}
        </>
      }
    >
      <div className="flex flex-col gap-5">
        <section>
          <h3 className="mb-2 text-13 font-medium text-fg-2">{t("stored")}</h3>
          <DiffView changes={rows(now)} name={name} />
        </section>
        <section>
          <h3 className="mb-2 text-13 font-medium text-fg-2">{t("typed")}</h3>
          <DiffView changes={rows(mine)} name={name} />
        </section>
        {both.length > 0 ? <p className="text-13 text-warn">{t("both", { fields: both.map(name).join(t("and")) })}</p> : null}
      </div>
    </Dialog>
  );
}
