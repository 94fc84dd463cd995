import { Braces, Brain, Database, Image, Wrench } from "lucide-react";
import { CAPABILITIES, type Capability } from "#ui/storefront/catalogue-query.ts";

const ICONS = { tools: Wrench, structured_output: Braces, vision: Image, reasoning: Brain, caching: Database } as const satisfies Readonly<Record<Capability, unknown>>;

/** In fixed places, so that a column can be read downward; a place stays empty where nothing is known, but when `compact`. */
export function CapabilityIcons({ can, labels, compact = false }: { compact?: boolean; can: ReadonlySet<Capability>; labels: Readonly<Record<Capability, string>> }) {
  if (can.size === 0) return null;
  return (
    <span className="inline-flex gap-1.5 align-middle text-fg-3">
      {CAPABILITIES.map((each) => {
        const Icon = ICONS[each];
        return can.has(each)
          ? <span key={each} title={labels[each]}><Icon size={15} strokeWidth={1.75} aria-hidden="true" /><span className="sr-only">{labels[each]}</span></span>
          : compact ? null : <span key={each} className="w-[15px]" />;
      })}
    </span>
  );
}
