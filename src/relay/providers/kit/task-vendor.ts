import { bearer } from "#relay/providers/kit/auth.ts";
import { DEFAULT_FLAGS } from "#relay/providers/kit/openai-shaped.ts";
import type { Provider, TaskEndpoint } from "#relay/providers/provider.ts";

type Manifest = Omit<Provider, "paths" | "flags" | "authorize" | "tasks"> & Readonly<{ tasks: readonly [TaskEndpoint, ...TaskEndpoint[]]; authorize?: Provider["authorize"] }>;

/** A vendor that makes videos, songs or pictures, and talks to nobody. */
export const taskVendor = ({ authorize = bearer, ...manifest }: Manifest): Provider => ({ ...manifest, authorize, flags: DEFAULT_FLAGS, paths: {} });
