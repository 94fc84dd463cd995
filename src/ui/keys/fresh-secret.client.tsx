"use client";
import { useQuery } from "@tanstack/react-query";
import { CircleAlert, CircleCheck, Play } from "lucide-react";
import { useTranslations } from "next-intl";
import { useState } from "react";
import { Connect } from "#ui/connect/connect.client.tsx";
import { formatCharge, formatLatency } from "#ui/format/index.ts";
import { Button } from "#ui/kit/button.tsx";
import { useCopy } from "#ui/kit/copy-button.client.tsx";
import { ConfirmDialog, Dialog } from "#ui/kit/dialog.client.tsx";
import { CheckboxField } from "#ui/kit/fields.client.tsx";
import { callable } from "#ui/models/wildcard.ts";
import { useTRPC } from "#ui/trpc/client.client.tsx";

type Props = {
  title: string;
  secret: string;
  /** What the key may do, in a sentence. */
  sentence: string;
  models: readonly string[];
  base: string;
  shopName: string;
  onClose: () => void;
};

/** A secret on the one screen it is ever shown on. It closes by "I have stored it", or after asking. */
export function FreshSecret({ title, secret, sentence, models, base, shopName, onClose }: Props) {
  const t = useTranslations("keys.fresh");
  const trpc = useTRPC();
  const { data = [] } = useQuery(trpc.console.models.list.queryOptions());
  const { copied, copy } = useCopy();
  const [storedIt, setStoredIt] = useState(false);
  const [asking, setAsking] = useState(false);
  const usable = callable(data).filter(({ slug, vendor }) => models.length === 0 || models.includes(slug) || models.includes(`${vendor ?? ""}/*`));
  const model = usable.find(({ endpoints }) => endpoints.length === 0 || endpoints.includes("chat"))?.slug;
  return (
    <>
      <Dialog
        open size="lg" dismissible={false} title={title} description={t("text")} onOpenChange={(open) => !open && setAsking(true)}
        footer={
          <>
            <CheckboxField className="mr-auto self-center" label={t("stored")} checked={storedIt} onChange={setStoredIt} />
            <Button variant={storedIt ? "primary" : "secondary"} onClick={() => (storedIt ? onClose() : setAsking(true))}>{t("done")}</Button>
          </>
        }
      >
        <div className="flex flex-col gap-4">
          <div className="flex flex-wrap gap-2">
            <code className="flex min-h-9 min-w-0 flex-1 basis-80 items-center rounded-control bg-muted px-3 py-1.5 text-13 break-all select-all" data-secret="">{secret}</code>
            <Button variant="primary" className="h-9! max-sm:w-full" onClick={() => void copy(secret)}>{copied ? t("copied") : t("copy")}</Button>
          </div>
          <p className="text-13 text-fg-2">{sentence}</p>
          <Connect base={base} shopName={shopName} model={model ?? "model"} secret={secret} />
          {model ? <TestNow secret={secret} model={model} /> : null}
        </div>
      </Dialog>
      <ConfirmDialog open={asking} onOpenChange={setAsking} title={t("askTitle")} description={t("askText")} confirmLabel={t("askClose")} danger onConfirm={async () => onClose()} />
    </>
  );
}

type Result = Readonly<{ ok: true; ms: number; costNano: bigint | undefined }> | Readonly<{ ok: false; message: string }>;

/** One request of one token, from this page to the shop's own address: the key, the credit and the model in one look. */
function TestNow({ secret, model }: { secret: string; model: string }) {
  const t = useTranslations("keys.fresh");
  const [result, setResult] = useState<Result>();
  const [busy, setBusy] = useState(false);
  const run = async () => {
    setBusy(true);
    setResult(await callOnce(secret, model, t("noAnswer")));
    setBusy(false);
  };
  return (
    <div className="flex flex-wrap items-center gap-3">
      <Button busy={busy} onClick={() => void run()}><Play size={16} strokeWidth={1.75} aria-hidden="true" />{t("test")}</Button>
      <p className="flex min-w-0 flex-1 items-center gap-1.5 text-13" role="status">
        {result === undefined ? <span className="text-fg-3">{t("testHint", { model })}</span> : result.ok ? (
          <>
            <CircleCheck className="text-ok" size={16} strokeWidth={1.75} aria-hidden="true" />
            {result.costNano === undefined
              ? t("testAnsweredOnly", { model, time: formatLatency(result.ms) })
              : t("testAnswered", { model, time: formatLatency(result.ms), cost: formatCharge(result.costNano) })}
          </>
        ) : (
          <>
            <CircleAlert className="text-bad" size={16} strokeWidth={1.75} aria-hidden="true" />
            <span className="text-bad">{result.message}</span>
          </>
        )}
      </p>
    </div>
  );
}

async function callOnce(secret: string, model: string, noAnswer: string): Promise<Result> {
  const started = performance.now();
  try {
    const response = await fetch("/v1/chat/completions", {
      method: "POST",
      headers: { authorization: `Bearer ${secret}`, "content-type": "application/json" },
      body: JSON.stringify({ model, max_tokens: 1, messages: [{ role: "user", content: "Hi" }] }),
    });
    const body = (await response.json()) as { error?: { message?: string } };
    if (!response.ok) return { ok: false, message: body.error?.message ?? noAnswer };
    const cost = response.headers.get("x-modelmart-cost-nano-usd");
    return { ok: true, ms: Math.round(performance.now() - started), costNano: cost === null ? undefined : BigInt(cost) };
  } catch {
    return { ok: false, message: noAnswer };
  }
}
