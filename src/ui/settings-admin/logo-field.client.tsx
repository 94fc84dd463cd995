"use client";
import { useMutation, useQueryClient } from "@tanstack/react-query";
import { Upload } from "lucide-react";
import { useRouter } from "next/navigation";
import { useTranslations } from "next-intl";
import { useId, useRef, useState } from "react";
import { reasonOf } from "#ui/account/reason.ts";
import { Button } from "#ui/kit/button.tsx";
import { useToast } from "#ui/kit/toast.client.tsx";
import { useTRPC } from "#ui/trpc/client.client.tsx";

const BYTES_MAX = 131_072;
const PROBLEMS = ["too_large", "not_a_picture", "wrong_size"] as const;

/** The shop's picture. It is checked and stored at once; taking it away is saved with the other changes. */
export function LogoField({ label, value, onChange, disabled }: { label: string; value: string; onChange: (value: unknown) => void; disabled: boolean }) {
  const trpc = useTRPC();
  const client = useQueryClient();
  const router = useRouter();
  const toast = useToast();
  const t = useTranslations("settings-admin");
  const id = useId();
  const input = useRef<HTMLInputElement>(null);
  const [problem, setProblem] = useState<string>();
  const upload = useMutation(trpc.admin.settings.uploadLogo.mutationOptions());
  const take = async (file: File | undefined) => {
    if (!file) return;
    setProblem(undefined);
    if (file.size > BYTES_MAX) return setProblem(t("logo.too_large"));
    try {
      await upload.mutateAsync({ base64: base64Of(new Uint8Array(await file.arrayBuffer())) });
      await client.invalidateQueries(trpc.admin.settings.pathFilter());
      toast.success(t("logo.stored"));
      router.refresh();
    } catch (error) {
      const why = PROBLEMS.find((each) => each === reasonOf(error));
      setProblem(why ? t(`logo.${why}`) : t("failed"));
    }
  };
  return (
    <div className="flex flex-col gap-2">
      <div className="flex items-center gap-3">
        <span className="grid size-16 flex-none place-items-center rounded-card border bg-canvas p-2">
          {value === "" ? <span className="text-12 text-fg-3">{t("logo.none")}</span> : <img src={`/api/brand/logo?v=${value}`} alt={t("logo.alt")} className="max-h-full max-w-full object-contain" />}
        </span>
        <div className="flex flex-wrap gap-2">
          <input ref={input} id={id} type="file" accept="image/png,image/webp" className="sr-only" tabIndex={-1} aria-label={label} disabled={disabled} onChange={(event) => { void take(event.target.files?.[0]); event.target.value = ""; }} />
          <Button busy={upload.isPending} disabled={disabled} onClick={() => input.current?.click()}><Upload size={16} strokeWidth={1.75} aria-hidden="true" />{t("logo.choose")}</Button>
          {value === "" ? null : <Button variant="ghost" disabled={disabled} onClick={() => onChange(null)}>{t("logo.remove")}</Button>}
        </div>
      </div>
      <p className="text-13 text-fg-3">{t("logo.rules")}</p>
      {problem ? <p className="field-error" role="alert">{problem}</p> : null}
    </div>
  );
}

function base64Of(bytes: Uint8Array): string {
  let text = "";
  for (const byte of bytes) text += String.fromCharCode(byte);
  return btoa(text);
}
