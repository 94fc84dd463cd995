"use client";
import { useTranslations } from "next-intl";
import { Action, Actor, Reason, Target, type AuditRow } from "#ui/audit/audit-cells.client.tsx";
import { AuditDiff } from "#ui/audit/audit-diff.client.tsx";
import { DefinitionList } from "#ui/kit/definition-list.tsx";
import { Drawer } from "#ui/kit/drawer.client.tsx";
import { IdText } from "#ui/kit/id-text.tsx";
import { Time } from "#ui/kit/time.tsx";

/** One entry in full: who, what, why, and what it changed. */
export function AuditDrawer({ row, onClose }: { row: AuditRow | undefined; onClose: () => void }) {
  const t = useTranslations("audit");
  return (
    <Drawer open={row !== undefined} onOpenChange={(open) => open || onClose()} title={row ? t("entry", { seq: row.seq.toString() }) : ""}>
      {row ? <Entry row={row} /> : null}
    </Drawer>
  );
}

function Entry({ row }: { row: AuditRow }) {
  const t = useTranslations("audit");
  const id = (value: string | null) => (value ? <IdText id={value} /> : null);
  return (
    <div className="flex flex-col gap-6">
      <DefinitionList
        items={[
          { label: t("action"), value: <><Action action={row.action} /> <code className="text-12 text-fg-3">{row.action}</code></> },
          { label: t("at"), value: <Time at={row.at} as="stamp" /> },
          { label: t("actor"), value: <Actor row={row} /> },
          { label: t("target"), value: <Target row={row} /> },
          { label: t("reason"), value: row.reason === null ? null : <Reason reason={row.reason} /> },
          { label: t("ip"), value: row.ip ? <span className="font-mono text-13">{row.ip}</span> : null },
          { label: t("session"), value: id(row.session) },
          { label: t("request"), value: id(row.requestId) },
        ]}
      />
      <section>
        <h3 className="mb-2 font-medium">{t("changes")}</h3>
        {row.before === null && row.after === null ? <p className="text-13 text-fg-2">{t("noChanges")}</p> : <AuditDiff key={row.seq.toString()} before={row.before} after={row.after} countSame />}
      </section>
    </div>
  );
}
