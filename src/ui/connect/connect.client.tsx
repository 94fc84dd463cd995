"use client";
import { ExternalLink } from "lucide-react";
import { useTranslations } from "next-intl";
import { useId, useState, type KeyboardEvent } from "react";
import { clientsFor, SERVES, type Client, type Connection } from "#ui/connect/clients.ts";
import { paint } from "#ui/connect/paint.ts";
import { CopyButton } from "#ui/kit/copy-button.client.tsx";
import { CopyField } from "#ui/kit/copy-field.client.tsx";
import { Select } from "#ui/kit/fields.client.tsx";

type Props = {
  base: string;
  shopName: string;
  model: string;
  /** While it is on screen; later the snippets hold a placeholder, and no program can be opened with it. */
  secret?: string;
};

/** So many clients have a tab; the others are behind one list. */
const TABS = 4;

/** Connect a client: which one, then its exact values, to copy or to open. */
export function Connect({ base, shopName, model, secret }: Props) {
  const t = useTranslations("connect");
  const clients = clientsFor(SERVES);
  const id = useId();
  const [chosen, setChosen] = useState(clients[0]!.id);
  const client = clients.find((one) => one.id === chosen) ?? clients[0]!;
  const tabs = clients.slice(0, TABS);
  const rest = clients.slice(TABS);
  const onKeyDown = (event: KeyboardEvent) => {
    const step = event.key === "ArrowRight" ? 1 : event.key === "ArrowLeft" ? -1 : 0;
    const at = tabs.findIndex((one) => one.id === chosen);
    if (step === 0 || at < 0) return;
    event.preventDefault();
    const next = tabs[(at + step + tabs.length) % tabs.length]!;
    setChosen(next.id);
    document.getElementById(`${id}-${next.id}`)?.focus();
  };
  return (
    <div className="min-w-0">
      <div className="flex items-end gap-x-3 border-b max-sm:flex-wrap">
        <div className="tabs min-w-0 flex-1 border-b-0! text-13" role="tablist" aria-label={t("label")} onKeyDown={onKeyDown}>
          {tabs.map((one) => (
            <button key={one.id} id={`${id}-${one.id}`} type="button" role="tab" aria-selected={one.id === chosen} aria-controls={`${id}-panel`} tabIndex={one.id === chosen || (rest.includes(client) && one === tabs[0]) ? 0 : -1} onClick={() => setChosen(one.id)}>
              {one.name}
            </button>
          ))}
        </div>
        <div className="mb-1 w-40 flex-none max-sm:my-2 max-sm:w-full">
          <Select value={rest.includes(client) ? chosen : undefined} onChange={setChosen} options={rest.map((one) => ({ value: one.id, label: one.name }))} placeholder={t("more")} control={{ "aria-label": t("more") }} />
        </div>
      </div>
      <div id={`${id}-panel`} role="tabpanel" aria-label={client.name} className="mt-3">
        <Guide client={client} to={{ base, shopName, model, key: secret ?? "sk-mm-…" }} open={secret !== undefined} />
      </div>
    </div>
  );
}

function Guide({ client, to, open }: { client: Client; to: Connection; open: boolean }) {
  const t = useTranslations("connect");
  const code = client.code?.(to);
  return (
    <div className="flex flex-col gap-3">
      {code === undefined ? null : (
        <div className="relative rounded-control bg-muted">
          <div className="absolute top-1 right-1"><CopyButton text={code} label={t("copyCode", { name: client.name })} size="sm" /></div>
          <pre className="code max-h-72 overflow-auto py-3 pr-12 pl-4" tabIndex={0} aria-label={client.name}>
            <code>{paint(code).map(([tone, text], i) => (tone === "" ? text : <span key={i} className={tone}>{text}</span>))}</code>
          </pre>
        </div>
      )}
      {client.values ? (
        <div className="grid gap-3 sm:grid-cols-2">
          {client.values(to).map(({ field, value }) => <CopyField key={field} label={t(`fields.${field}`)} value={value} />)}
        </div>
      ) : null}
      {client.note ? <p className="text-13 text-fg-2">{t(`notes.${client.id as "cherry"}`)}</p> : null}
      {client.link && open ? (
        <p><a className="btn btn-secondary" href={client.link(to)}><ExternalLink size={16} strokeWidth={1.75} aria-hidden="true" />{t("open", { name: client.name })}</a></p>
      ) : null}
    </div>
  );
}
