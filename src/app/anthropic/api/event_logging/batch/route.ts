import { relayMount } from "#app/relay-mount.ts";

export const dynamic = "force-dynamic";

export { relayMount as OPTIONS, relayMount as POST };
