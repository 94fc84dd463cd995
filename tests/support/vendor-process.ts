// The fake vendor as a process of its own, so that a measured relay does not share its event loop:
//   node tests/support/vendor-process.ts [--instant | --instant-http] [--port N]
// Prints its base address on the first line and ends when its standard input closes.
import { parseArgs } from "node:util";
import { startHttpInstantVendor, startInstantVendor } from "./vendor-instant.ts";
import { startVendor } from "./vendor.ts";

const { values } = parseArgs({ options: { instant: { type: "boolean", default: false }, "instant-http": { type: "boolean", default: false }, port: { type: "string", default: "0" } } });
const port = Number(values.port);
const start = values.instant ? startInstantVendor : values["instant-http"] ? startHttpInstantVendor : startVendor;
const vendor = await start({ port });
console.log(vendor.url);
process.stdin.on("close", () => process.exit(0)).resume();
