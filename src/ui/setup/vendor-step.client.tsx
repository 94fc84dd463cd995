"use client";
import { useQuery } from "@tanstack/react-query";
import { useTranslations } from "next-intl";
import { useState } from "react";
import { ConnectForm } from "#ui/channels/connect-form.client.tsx";
import { useKeyHint } from "#ui/channels/key-hint.client.ts";
import { PasteBox } from "#ui/channels/paste-box.client.tsx";
import { TemplateGallery } from "#ui/channels/template-gallery.client.tsx";
import { writes } from "#ui/channels/template-kinds.ts";
import { TestSection } from "#ui/channels/test-steps.client.tsx";
import { useAct } from "#ui/channels/use-act.client.ts";
import { useVendorName } from "#ui/channels/vendor-name.client.ts";
import type { Channel } from "#ui/channels/wire.ts";
import { Button } from "#ui/kit/button.tsx";
import { Card } from "#ui/kit/card.tsx";
import { ErrorState, SkeletonText } from "#ui/kit/states.tsx";
import { VendorMark } from "#ui/kit/vendor-mark.tsx";
import { SetupPart } from "#ui/setup/setup-frame.tsx";
import { useTRPC, useTRPCClient } from "#ui/trpc/client.client.tsx";

type Props = {
  channelId: string | null;
  provider: string | null;
  onProvider: (id: string | null) => void;
  onMade: (id: string) => void;
  onBack: () => void;
  /** With the channel to price, or null when there is none yet. */
  onNext: (channelId: string | null) => void;
};

/** The first account at a vendor: which one, its key, and a test of it at once. */
export function VendorStep({ channelId, provider, onProvider, onMade, onBack, onNext }: Props) {
  const t = useTranslations("setup");
  const vendorName = useVendorName();
  const trpc = useTRPC();
  const templates = useQuery(trpc.admin.channels.providers.queryOptions(undefined, { staleTime: Infinity }));
  const channel = useQuery(trpc.admin.channels.get.queryOptions({ id: channelId ?? "" }, { enabled: channelId !== null && provider === null }));
  const template = templates.data?.find(({ id }) => id === provider);
  const foot = (
    <>
      <Button variant="ghost" size="lg" onClick={onBack}>{t("back")}</Button>
      <Button variant="ghost" size="lg" onClick={() => onNext(channelId)}>{t("later")}</Button>
    </>
  );
  if (templates.isError || channel.isError) return <SetupPart title={t("vendor.title")} foot={foot}><ErrorState onRetry={() => void Promise.all([templates.refetch(), channel.refetch()])} className="p-0" /></SetupPart>;
  if (template) {
    return (
      <SetupPart title={t("vendor.connectTitle", { vendor: vendorName(template.id, template.name) })} lead={t("vendor.connectLead")} foot={<><span /><Button variant="ghost" size="lg" onClick={() => onNext(channelId)}>{t("later")}</Button></>}>
        <ConnectForm key={template.id} template={template} submit={template.id === "simulator" ? t("next") : t("vendor.test")} onMade={template.id === "simulator" ? (id) => { onMade(id); onNext(id); } : onMade} onBack={() => onProvider(null)} />
      </SetupPart>
    );
  }
  if (channelId !== null && provider === null) {
    return channel.data ? <Tested channel={channel.data} onOther={() => onProvider("")} onBack={onBack} onNext={() => onNext(channelId)} /> : <SetupPart title={t("vendor.title")}><SkeletonText lines={8} /></SetupPart>;
  }
  return <SetupPart title={t("vendor.title")} lead={<>{t("vendor.lead")} <button type="button" className="link" onClick={() => onProvider("simulator")}>{t("vendor.toSimulator")}</button></>} foot={foot}><TemplateGallery narrow templates={templates.data?.filter(writes)} onPick={onProvider} /></SetupPart>;
}

/** The channel and its test, line by line; a key that was refused is replaced on the spot. */
function Tested({ channel, onOther, onBack, onNext }: { channel: Channel; onOther: () => void; onBack: () => void; onNext: () => void }) {
  const t = useTranslations("setup");
  const client = useTRPCClient();
  const { act, dialog } = useAct();
  const keyHint = useKeyHint();
  const [round, setRound] = useState(0);
  const failed = channel.lastTest?.ok === false;
  const only = channel.keys.length === 1 ? channel.keys[0] : undefined;
  const replace = async (text: string): Promise<boolean> => {
    const done = await act(async () => {
      if (only) await client.admin.channels.replaceKey.mutate({ id: channel.id, keyId: only.id, text });
      else await client.admin.channels.addKeys.mutate({ id: channel.id, text });
      return client.admin.channels.test.mutate({ id: channel.id, full: true });
    });
    if (!done) return false;
    setRound(round + 1);
    return true;
  };
  return (
    <SetupPart
      title={t("vendor.testTitle")} lead={t("vendor.testLead", { name: channel.name })}
      foot={(
        <>
          <span className="flex flex-wrap gap-2"><Button variant="ghost" size="lg" onClick={onBack}>{t("back")}</Button><Button variant="ghost" size="lg" onClick={onOther}>{t("vendor.other")}</Button></span>
          <Button variant={channel.provider === "simulator" || channel.lastTest?.ok ? "primary" : "secondary"} size="lg" onClick={onNext}>{failed ? t("vendor.goOn") : t("next")}</Button>
        </>
      )}
    >
      <Card title={<span className="flex items-center gap-2.5"><VendorMark name={channel.providerName} />{channel.name}</span>}>
        {channel.provider === "simulator" ? <p className="text-fg-2">{t("vendor.simulator")}</p> : <TestSection key={round} channel={channel} auto atOnce />}
        {failed && !channel.keyless ? <div className="mt-5 border-t pt-5"><PasteBox label={t("vendor.otherKey")} hint={keyHint(channel.provider)} onSave={replace} /></div> : null}
      </Card>
      {dialog}
    </SetupPart>
  );
}
