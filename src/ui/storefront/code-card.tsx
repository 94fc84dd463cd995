import { codeParts, type CodeLanguage } from "#ui/storefront/code-parts.ts";
import { CopyButton, type CopyWords } from "#ui/storefront/copy-button.tsx";

export type Sample = Readonly<{ name: string; language: CodeLanguage; code: string }>;

/** Long lines scroll inside the block; the region can be reached by keyboard for that. */
export function Code({ code, language, label }: { code: string; language: CodeLanguage; label: string }) {
  return (
    <pre className="code p-4 sm:p-5" tabIndex={0} role="region" aria-label={label}>
      <code>{codeParts(code, language).map(([tone, text], i) => (tone === "" ? text : <span key={i} className={tone}>{text}</span>))}</code>
    </pre>
  );
}

/** One sample with a title line. */
export function CodeCard({ sample, words }: { sample: Sample; words: CopyWords }) {
  return (
    <figure className="card min-w-0 overflow-hidden">
      <figcaption className="flex h-10 items-center justify-between border-b pl-4 pr-1 text-13 text-fg-3">
        {sample.name}
        <CopyButton text={sample.code} words={words} />
      </figcaption>
      <Code code={sample.code} language={sample.language} label={sample.name} />
    </figure>
  );
}

/** Tailwind reads class names from the source, so each place has its own written out. */
const SHOWN = [
  "group-has-[[data-at='0']:checked]/tabs:block", "group-has-[[data-at='1']:checked]/tabs:block", "group-has-[[data-at='2']:checked]/tabs:block",
  "group-has-[[data-at='3']:checked]/tabs:block", "group-has-[[data-at='4']:checked]/tabs:block", "group-has-[[data-at='5']:checked]/tabs:block",
  "group-has-[[data-at='6']:checked]/tabs:block", "group-has-[[data-at='7']:checked]/tabs:block",
] as const;

type TabsProps = { name: string; label: string; samples: readonly Sample[]; words: CopyWords; raised?: boolean };

/** The same call in several languages. Radio buttons and CSS do the switching, so it works without a script. */
export function CodeTabs({ name, label, samples, words, raised = false }: TabsProps) {
  const shown = samples.slice(0, SHOWN.length);
  return (
    <div className={`group/tabs card relative min-w-0 overflow-hidden ${raised ? "shadow-pop" : ""}`}>
      <fieldset className="tabs pl-4 pr-12 text-13">
        <legend className="sr-only">{label}</legend>
        {shown.map((sample, i) => (
          <label key={sample.name} className="cursor-pointer has-checked:border-fg! has-checked:text-fg! has-focus-visible:outline-2 has-focus-visible:-outline-offset-2 has-focus-visible:outline-accent">
            <input type="radio" className="sr-only" name={name} data-at={i} defaultChecked={i === 0} />
            {sample.name}
          </label>
        ))}
      </fieldset>
      {shown.map((sample, i) => (
        <div key={sample.name} className={`hidden ${SHOWN[i]}`}>
          <div className="absolute right-0 top-px rounded-control bg-surface px-1"><CopyButton text={sample.code} words={words} /></div>
          <Code code={sample.code} language={sample.language} label={sample.name} />
        </div>
      ))}
    </div>
  );
}
