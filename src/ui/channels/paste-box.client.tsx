"use client";
import { useTranslations } from "next-intl";
import { useEffect, useState } from "react";
import { Button } from "#ui/kit/button.tsx";
import { SecretField } from "#ui/kit/fields.client.tsx";
import { cn } from "#ui/kit/cn.ts";
import type { KeyPreview } from "#ui/channels/wire.ts";
import { useTRPCClient } from "#ui/trpc/client.client.tsx";

const WAIT_MS = 400;
const SHOWN = 8;

/** What stands in a paste, line by line: new, known, or wrong and why. */
function usePreview(text: string, channelId: string | undefined, provider: string | undefined): KeyPreview | undefined {
  const client = useTRPCClient();
  const [preview, setPreview] = useState<{ text: string; found: KeyPreview }>();
  useEffect(() => {
    if (text.trim() === "") return undefined;
    let current = true;
    const timer = setTimeout(() => {
      client.admin.channels.previewKeys.mutate({ text, ...(channelId !== undefined && { channelId }), ...(provider !== undefined && { provider }) }).then(
        (found) => current && setPreview({ text, found }),
        () => current && setPreview(undefined));
    }, WAIT_MS);
    return () => {
      current = false;
      clearTimeout(timer);
    };
  }, [text, channelId, provider, client]);
  return preview && preview.text === text ? preview.found : undefined;
}

/** One key or hundreds: lines, commas, JSON. Shown taken apart before they are saved, never afterwards. */
export function PasteBox({ label, channelId, provider, hint, value, onChange, onSave }: { label: string; channelId?: string; /** Where there is no channel yet. */ provider?: string; hint: string; value?: string; onChange?: (text: string) => void; onSave?: (text: string) => Promise<boolean> }) {
  const t = useTranslations("channels.paste");
  const [own, setOwn] = useState("");
  const [busy, setBusy] = useState(false);
  const text = value ?? own;
  const change = onChange ?? setOwn;
  const preview = usePreview(text, channelId, provider);
  const fresh = preview?.keys.filter(({ known }) => !known) ?? [];
  const known = (preview?.keys.length ?? 0) - fresh.length;
  const save = async () => {
    setBusy(true);
    if (await onSave?.(text)) change("");
    setBusy(false);
  };
  return (
    <div className="flex flex-col gap-2">
      <SecretField label={label} hint={hint} multiple value={text} onChange={change} rows={4} />
      {preview ? (
        <div role="status">
          <ul className="text-13">
            {[...preview.keys.map(({ line, suffix, known: isKnown }) => ({ line, text: `…${suffix}`, word: isKnown ? t("known") : t("new"), tone: isKnown ? "text-fg-3" : "text-ok" })),
              ...preview.problems.map(({ line, hint, problem }) => ({ line, text: hint, word: t(`problems.${problem}`), tone: problem === "twice" ? "text-fg-3" : "text-bad" }))]
              .sort((a, b) => Number(a.tone !== "text-bad") - Number(b.tone !== "text-bad") || a.line - b.line).slice(0, SHOWN)
              .map(({ line, text: hint, word, tone }, index) => (
                <li key={`${line} ${index}`} className="flex gap-3"><span className="nums w-8 flex-none text-right text-fg-3">{line}</span><code className="min-w-12 flex-1 truncate">{hint}</code><span className={cn("min-w-0 text-right", tone)}>{word}</span></li>
              ))}
          </ul>
          <p className="mt-1 text-13 text-fg-3">{t("sum", { fresh: fresh.length, known, wrong: preview.problems.length })}</p>
        </div>
      ) : null}
      {onSave ? <div><Button variant="primary" busy={busy} disabled={fresh.length === 0} onClick={() => void save()}>{t("save", { count: fresh.length })}</Button></div> : null}
    </div>
  );
}
