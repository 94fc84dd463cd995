/** Changes to the other of light and dark; the pages' own script minds the click. */
export function ThemeButton({ label }: { label: string }) {
  return (
    <button type="button" className="btn btn-icon btn-ghost" aria-label={label} title={label} data-theme-toggle="">
      <svg width="16" height="16" viewBox="0 0 24 24" fill="none" stroke="currentColor" strokeWidth="1.75" strokeLinecap="round" strokeLinejoin="round" aria-hidden="true">
        <circle cx="12" cy="12" r="8.5" />
        <path d="M12 3.5a8.5 8.5 0 0 1 0 17z" fill="currentColor" />
      </svg>
    </button>
  );
}
