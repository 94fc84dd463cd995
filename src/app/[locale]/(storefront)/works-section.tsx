import { getTranslations } from "next-intl/server";

/** Clients that take a base URL and speak the OpenAI format. */
const CLIENTS = ["OpenAI SDKs", "LangChain", "LlamaIndex", "Vercel AI SDK", "Open WebUI", "LobeChat", "Cherry Studio", "NextChat", "Cline", "Zed", "Dify", "n8n"];

export async function WorksSection() {
  const t = await getTranslations("landing.works");
  return (
    <section className="mt-20 md:mt-24" aria-labelledby="works-title">
      <h2 id="works-title" className="text-28 font-semibold tracking-[-0.01em]">{t("title")}</h2>
      <p className="mt-3 max-w-[60ch] text-16 text-fg-2">{t("lead")}</p>
      <ul className="mt-6 grid grid-cols-2 gap-x-8 sm:grid-cols-3 lg:grid-cols-4">
        {CLIENTS.map((name) => <li key={name} className="flex h-11 items-center border-t">{name}</li>)}
      </ul>
    </section>
  );
}
