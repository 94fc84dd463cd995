"use client";
import { useTranslations } from "next-intl";
import { useState } from "react";
import { Button } from "#ui/kit/button.tsx";
import { Callout } from "#ui/kit/callout.tsx";
import { Dialog } from "#ui/kit/dialog.client.tsx";
import { PriceField, SegmentedControl, TextField } from "#ui/kit/fields.client.tsx";
import { EndpointChips } from "#ui/models-admin/model-form.client.tsx";
import { documentOf } from "#ui/prices/price-math.ts";
import { useAct } from "#ui/channels/use-act.client.ts";
import { isWildcard } from "#ui/models/wildcard.ts";
import { useTRPCClient } from "#ui/trpc/client.client.tsx";

const MAKES_TOKENS = new Set(["chat", "responses", "messages", "gemini", "realtime"]);

/** A model that no catalogue knows: its name, what it is called by, and a first price. */
export function AddModelDialog({ open, onOpenChange, onAdded }: { open: boolean; onOpenChange: (open: boolean) => void; onAdded: (id: string) => void }) {
  const t = useTranslations("models-admin.add");
  return <Dialog open={open} onOpenChange={onOpenChange} title={t("title")} description={t("text")}>{open ? <Form onDone={(id) => { onOpenChange(false); onAdded(id); }} /> : null}</Dialog>;
}

function Form({ onDone }: { onDone: (id: string) => void }) {
  const t = useTranslations("models-admin.add");
  const client = useTRPCClient();
  const { act } = useAct();
  const [slug, setSlug] = useState("");
  const [endpoints, setEndpoints] = useState<string[]>(["chat"]);
  const [input, setInput] = useState<bigint>();
  const [output, setOutput] = useState<bigint>();
  const [notation, setNotation] = useState<"usd" | "ratio">("usd");
  const [busy, setBusy] = useState(false);
  const wantsOutput = endpoints.length === 0 || endpoints.some((name) => MAKES_TOKENS.has(name));
  const bad = slug !== "" && !/^[^\s?#*]{0,199}[^\s?#]$/u.test(slug);
  const ready = slug !== "" && !bad && (input === undefined ? output === undefined : !wantsOutput || output !== undefined);
  const save = async () => {
    setBusy(true);
    const items = { ...(input !== undefined && { input }), ...(input !== undefined && output !== undefined && { output }) };
    const made = await act(() => client.admin.models.create.mutate({
      slug, endpoints: endpoints as "chat"[], ...(input !== undefined && { price: { form: "document" as const, document: documentOf(items, undefined) } }),
    }), t("added", { name: slug }));
    setBusy(false);
    if (made) onDone(made.id);
  };
  return (
    <div className="flex flex-col gap-4">
      <TextField label={t("slug")} hint={t("slugHint")} mono maxLength={200} value={slug} onChange={(event) => setSlug(event.target.value.trim())} error={bad ? t("slugBad") : undefined} autoFocus />
      {isWildcard(slug) && !bad ? <Callout tone="info" title={t("wildcardTitle", { beginning: slug.slice(0, -1) || "…" })}>{t("wildcardText")}</Callout> : null}
      <div><p className="label">{t("endpoints")}</p><EndpointChips value={endpoints} onChange={setEndpoints} label={t("endpoints")} /></div>
      <div className="flex items-center gap-3"><p className="label mb-0! flex-1">{t("price")}</p><SegmentedControl label={t("notation")} value={notation} onChange={setNotation} options={[{ value: "usd", label: t("usd") }, { value: "ratio", label: t("ratio") }]} /></div>
      <div className="grid gap-3 sm:grid-cols-2">
        <PriceField label={t("input")} value={input} onChange={setInput} notation={notation} />
        {wantsOutput ? <PriceField label={t("output")} value={output} onChange={setOutput} notation={notation} /> : null}
      </div>
      <p className="hint">{t("priceHint")}</p>
      <div><Button variant="primary" busy={busy} disabled={!ready} onClick={() => void save()}>{t("save")}</Button></div>
    </div>
  );
}
