import type { Provider } from "#relay/providers/provider.ts";

/** The vendor lists no models for keys of this kind: nobody need ask. */
export const noList: NonNullable<Provider["listings"]> = () => [];
