/** What the button is called, and what it says when it has copied. */
export type CopyWords = Readonly<{ copy: string; copied: string }>;

/** Copies text and says so; the pages' own script minds the click. */
export function CopyButton({ text, words, children }: { text: string; words: CopyWords; children?: string }) {
  const status = <span className="sr-only" role="status" data-said={words.copied} />;
  if (children === undefined) {
    return (
      <button type="button" className="group/copy btn btn-icon btn-ghost" aria-label={words.copy} title={words.copy} data-copy={text}>
        <Icon size={16} />
        {status}
      </button>
    );
  }
  return (
    <button type="button" className="group/copy inline-flex max-w-full items-center gap-1.5 py-1 text-left font-mono text-13 text-fg-3 hover:text-fg" aria-label={`${words.copy}: ${children}`} data-copy={text}>
      <span className="truncate">{children}</span>
      <Icon size={12} />
      {status}
    </button>
  );
}

/** Two sheets, and a tick for the moment after. */
const Icon = ({ size }: { size: number }) => (
  <svg width={size} height={size} viewBox="0 0 24 24" fill="none" stroke="currentColor" strokeWidth="1.75" strokeLinecap="round" strokeLinejoin="round" aria-hidden="true" className="flex-none">
    <g className="group-data-copied/copy:hidden"><rect x="8.5" y="8.5" width="12" height="12" rx="2" /><path d="M15.5 5.5v-.5a1.5 1.5 0 0 0-1.5-1.5H5A1.5 1.5 0 0 0 3.5 5v9A1.5 1.5 0 0 0 5 15.5h.5" /></g>
    <path className="hidden group-data-copied/copy:inline" d="M4 12.5 9.5 18 20 6.5" />
  </svg>
);
