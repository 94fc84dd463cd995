import { ArrowRight } from "lucide-react";
import { getTranslations } from "next-intl/server";

export type GuideLink = Readonly<{ href: string; name: string }>;

/** Clients that work with what this shop answers, each with its guide. */
export async function WorksSection({ guides }: { guides: readonly GuideLink[] }) {
  const t = await getTranslations("landing.works");
  return (
    <section className="mt-20 md:mt-24" aria-labelledby="works-title">
      <h2 id="works-title" className="text-28 font-semibold tracking-[-0.01em]">{t("title")}</h2>
      <p className="mt-3 max-w-[60ch] text-16 text-fg-2">{t("lead")}</p>
      <ul className="mt-6 grid grid-cols-2 gap-x-8 sm:grid-cols-3 lg:grid-cols-4">
        {guides.map(({ href, name }) => (
          <li key={href} className="border-t">
            <a href={href} className="flex h-11 items-center justify-between gap-2 hover:text-accent-text">
              <span className="truncate">{name}</span>
              <ArrowRight className="text-fg-3" size={14} strokeWidth={1.75} aria-hidden="true" />
            </a>
          </li>
        ))}
      </ul>
    </section>
  );
}
