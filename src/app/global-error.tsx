"use client";
import "#ui/theme/globals.css";
import en from "#ui/messages/en/kit.json";
import zh from "#ui/messages/zh/kit.json";

/**
 * When even a frame could not be drawn: nothing of the server's can be asked any more, not even which language.
 * Every page loads this, so it takes nothing of the kit.
 */
export default function GlobalError({ error, reset }: { error: Error & { digest?: string }; reset: () => void }) {
  const chinese = typeof document !== "undefined" && /(?:^|; )mm-locale=zh/.test(document.cookie);
  const { page, error: again } = chinese ? zh : en;
  return (
    <html lang={chinese ? "zh" : "en"}>
      <body>
        <main id="main" className="mx-auto max-w-[1200px] px-4 py-24 sm:px-8">
          <h1 className="text-28 font-semibold tracking-[-0.01em]">{page.failedTitle}</h1>
          <p className="mt-3 max-w-[56ch] text-16 text-fg-2">{page.failedText}</p>
          <div className="mt-7 flex flex-wrap items-center gap-3">
            <button type="button" className="btn btn-lg btn-secondary" onClick={reset}>{again.retry}</button>
            {error.digest ? <code className="text-12 text-fg-3 select-all">{error.digest}</code> : null}
          </div>
        </main>
      </body>
    </html>
  );
}
