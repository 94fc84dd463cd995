import { relayMount } from "#app/relay-mount.ts";

export const dynamic = "force-dynamic";

export { relayMount as DELETE, relayMount as GET, relayMount as OPTIONS, relayMount as PATCH, relayMount as POST, relayMount as PUT };
