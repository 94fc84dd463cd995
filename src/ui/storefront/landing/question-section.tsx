import { Minus, Plus } from "lucide-react";
import { getTranslations } from "next-intl/server";

const QUESTIONS = ["prompts", "pay", "empty", "down"] as const;

export async function QuestionSection() {
  const t = await getTranslations("landing.questions");
  return (
    <section id="questions" className="mt-20 grid scroll-mt-16 gap-x-16 gap-y-6 md:mt-24 lg:grid-cols-[minmax(0,320px)_minmax(0,1fr)]" aria-labelledby="questions-title">
      <h2 id="questions-title" className="text-28 font-semibold tracking-[-0.01em]">{t("title")}</h2>
      <div className="max-w-[68ch] border-b">
        {QUESTIONS.map((question, i) => (
          <details key={question} className="border-t" open={i === 0}>
            <summary className="flex h-12 cursor-pointer items-center justify-between gap-4 font-medium">
              {t(`items.${question}.question`)}
              <Plus className="text-fg-3 [details[open]>summary>&]:hidden" size={16} strokeWidth={1.75} aria-hidden="true" />
              <Minus className="hidden text-fg-3 [details[open]>summary>&]:block" size={16} strokeWidth={1.75} aria-hidden="true" />
            </summary>
            <p className="pb-4 text-fg-2">{t(`items.${question}.answer`)}</p>
          </details>
        ))}
      </div>
    </section>
  );
}
