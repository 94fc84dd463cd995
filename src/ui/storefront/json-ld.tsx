/** Structured data for search engines. `<` is written as an escape, so that no text of ours can end the element. */
export const JsonLd = ({ data }: { data: object }) => (
  <script type="application/ld+json">{JSON.stringify(data).replaceAll("<", "\\u003c")}</script>
);
