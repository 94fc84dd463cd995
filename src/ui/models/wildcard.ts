// Models that stand for all names that begin as they do: `vendor/*`.

export const isWildcard = (slug: string): boolean => slug.endsWith("*");

/** Those that can be asked for as they stand. */
export const callable = <Row extends Readonly<{ slug: string }>>(rows: readonly Row[]): Row[] => rows.filter(({ slug }) => !isWildcard(slug));

/** The same, and a name below a wildcard that somebody has in mind; the longest beginning wins, as at the relay. */
export function callableWith<Row extends Readonly<{ slug: string }>>(rows: readonly Row[], names: readonly (string | null)[]): Row[] {
  const known = callable(rows), wildcards = rows.filter(({ slug }) => isWildcard(slug)).sort((a, b) => b.slug.length - a.slug.length);
  const below = [...new Set(names)].flatMap((name): Row[] => {
    if (name === null || known.some(({ slug }) => slug === name)) return [];
    const of = wildcards.find(({ slug }) => name.length >= slug.length && !isWildcard(name) && name.startsWith(slug.slice(0, -1)));
    return of ? [{ ...of, slug: name }] : [];
  });
  return [...known, ...below];
}

/** What a channel asks its vendor for where the operator says nothing else: the name, or what stands for the wildcard's star. */
export const upstreamPreset = (publicName: string): string => (isWildcard(publicName) ? "*" : publicName);

export const isUpstreamFor = (publicName: string, upstream: string): boolean => !isWildcard(publicName) || /^[^*]*\*$/.test(upstream);
