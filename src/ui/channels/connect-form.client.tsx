"use client";
import { keepPreviousData, useQuery } from "@tanstack/react-query";
import { ExternalLink } from "lucide-react";
import { useTranslations } from "next-intl";
import { useState } from "react";
import { Button } from "#ui/kit/button.tsx";
import { Callout } from "#ui/kit/callout.tsx";
import { Card } from "#ui/kit/card.tsx";
import { TextField } from "#ui/kit/fields.client.tsx";
import { useLeaveGuard } from "#ui/kit/form.client.tsx";
import { VendorMark } from "#ui/kit/vendor-mark.tsx";
import { NO_PLACE, PlaceFields, placeSettings, wrongPlaces } from "#ui/channels/place-fields.client.tsx";
import { useKeyHint } from "#ui/channels/key-hint.client.ts";
import { PasteBox } from "#ui/channels/paste-box.client.tsx";
import { useAct } from "#ui/channels/use-act.client.ts";
import { useVendorName } from "#ui/channels/vendor-name.client.ts";
import type { ProviderTemplate } from "#ui/channels/wire.ts";
import { useTRPC, useTRPCClient } from "#ui/trpc/client.client.tsx";

type Props = { template: ProviderTemplate; onMade: (id: string) => void; onBack: () => void; /** What the button says; by default that the channel is saved. */ submit?: string };

/** What the address of an account looks like at vendors that give each its own. */
const OWN_ADDRESS: Readonly<Record<string, string>> = {
  azure: "https://my-resource.openai.azure.com", "azure-speech": "https://westeurope.tts.speech.microsoft.com", "cloudflare-workers-ai": "https://api.cloudflare.com/client/v4/accounts/ACCOUNT/ai/v1",
};

/** Name, address and keys of a channel to be: it is made switched off. */
export function ConnectForm({ template, onMade, onBack, submit }: Props) {
  const t = useTranslations("channels.wizard");
  const vendorName = useVendorName();
  const trpc = useTRPC();
  const client = useTRPCClient();
  const { act, dialog } = useAct();
  const [name, setName] = useState(template.id);
  const [baseUrl, setBaseUrl] = useState("");
  const [place, setPlace] = useState(NO_PLACE);
  const [keys, setKeys] = useState("");
  const [busy, setBusy] = useState(false);
  useLeaveGuard(keys.trim() !== "" || baseUrl.trim() !== "");
  const address = useQuery(trpc.admin.channels.address.queryOptions({ provider: template.id, baseUrl: baseUrl.trim(), ...(template.asks.length > 0 && { project: place.project.trim(), location: place.location.trim() }) }, { staleTime: 60_000, placeholderData: keepPreviousData }));
  const keyHint = useKeyHint();
  const needsUrl = template.baseUrl === null;
  const urlBad = baseUrl.trim() === "" || address.isPlaceholderData ? false : address.data?.url === null;
  const ready = name.trim() !== "" && !urlBad && wrongPlaces(place).size === 0 && (!needsUrl || baseUrl.trim() !== "") && (template.keyless || keys.trim() !== "");
  const make = async () => {
    setBusy(true);
    const made = await act(() => client.admin.channels.create.mutate({
      name: name.trim(), provider: template.id, keys, baseUrl: baseUrl.trim() === "" ? null : baseUrl.trim(), ...(template.asks.length > 0 && { settings: placeSettings(place) }), ...(template.id === "simulator" && { costPpm: 0 }),
    }), t("made", { name: name.trim() }));
    setBusy(false);
    if (made) onMade(made.id);
  };
  return (
    <Card className="max-w-3xl" title={<span className="flex items-center gap-2.5"><VendorMark name={template.name} />{vendorName(template.id, template.name)}</span>}
      action={template.docs ? <a className="link inline-flex items-center gap-1.5 text-13" href={template.docs} target="_blank" rel="noreferrer">{t("docs")}<ExternalLink size={14} strokeWidth={1.75} aria-hidden="true" /></a> : undefined}>
      <div className="flex flex-col gap-5">
        {template.unconfirmed ? <Callout tone="warn">{t("unconfirmedText")}</Callout> : null}
        <div className="grid gap-4 sm:grid-cols-2">
          <TextField label={t("name")} value={name} maxLength={100} onChange={(event) => setName(event.target.value)} hint={t("nameHint")} />
          {template.id === "simulator" ? null : (
            <TextField label={t("baseUrl")} mono value={baseUrl} maxLength={2_000} optional={!needsUrl} placeholder={template.baseUrl ?? OWN_ADDRESS[template.id] ?? "https://gateway.example/v1"} onChange={(event) => setBaseUrl(event.target.value)}
              error={urlBad ? t("baseUrlBad") : undefined} hint={address.data?.url && (baseUrl.trim() !== "" || !needsUrl) ? t("goesTo", { url: address.data.url }) : t("baseUrlHint")} className="min-w-0 [&_.hint]:break-all" />
          )}
          {template.asks.length > 0 ? <PlaceFields asks={template.asks} value={place} onChange={(change) => setPlace({ ...place, ...change })} /> : null}
        </div>
        {template.keyless && template.id === "simulator" ? <p className="text-fg-2">{t("simulatorText")}</p> : <PasteBox label={template.keyless ? t("keysOptional") : template.takesFile ? t("keysFile") : t("keys")} provider={template.id} hint={keyHint(template.id)} value={keys} onChange={setKeys} />}
        <div className="flex flex-wrap gap-2">
          <Button variant="primary" busy={busy} disabled={!ready} onClick={() => void make()}>{submit ?? t("make")}</Button>
          <Button onClick={onBack}>{t("previous")}</Button>
        </div>
        {dialog}
      </div>
    </Card>
  );
}
