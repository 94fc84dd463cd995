// Repairs package-lock.json:
// 1. adds entries for optional packages of other platforms that the registry in use did not serve, so that
//    `npm ci` accepts the file (npm skips them by os and cpu where they do not fit);
// 2. takes out download addresses: a lock file is a list of versions and hashes, not of hosts.
// `node .ci/lockfile.mjs` writes the file; `--check` changes nothing and exits 1 when there is something to repair.
import fs from "node:fs";
import path from "node:path";
import { fileURLToPath } from "node:url";

const file = path.join(fileURLToPath(new URL("..", import.meta.url)), "package-lock.json");
const SYSTEMS = { darwin: "darwin", linux: "linux", linuxmusl: "linux", win32: "win32", windows: "win32", freebsd: "freebsd", android: "android", openbsd: "openbsd", netbsd: "netbsd", sunos: "sunos", aix: "aix", openharmony: "openharmony" };
const PROCESSORS = ["x64", "arm64", "ia32", "arm", "ppc64", "s390x", "riscv64", "wasm32", "loong64", "mips64el"];

/** Walks up as Node resolves: is `name` locked where the package at `from` would look for it? */
function isLocked(packages, from, name) {
  for (let base = from; ; ) {
    if (packages[`${base ? `${base}/` : ""}node_modules/${name}`]) return true;
    if (!base) return false;
    base = base.slice(0, Math.max(0, base.lastIndexOf("node_modules/") - 1));
  }
}

function stub(name, range) {
  const words = name.split(/[/-]/);
  const system = words.map((word) => SYSTEMS[word]).find(Boolean);
  const processor = PROCESSORS.find((cpu) => words.includes(cpu) || words.includes(`${cpu}le`));
  return {
    version: range.replace(/^[\^~]/, ""),
    optional: true,
    ...(processor ? { cpu: [processor] } : {}),
    ...(system ? { os: [system] } : {}),
  };
}

const before = fs.readFileSync(file, "utf8");
const lock = JSON.parse(before);
const changes = [];
for (const [from, entry] of Object.entries({ ...lock.packages })) {
  for (const [name, range] of Object.entries(entry.optionalDependencies ?? {})) {
    if (isLocked(lock.packages, from, name)) continue;
    lock.packages[`node_modules/${name}`] = stub(name, range);
    changes.push(`added ${name}`);
  }
}
for (const [at, entry] of Object.entries(lock.packages)) {
  if (entry.resolved === undefined || entry.link) continue;
  delete entry.resolved;
  changes.push(`took the address out of ${at}`);
}
lock.packages = Object.fromEntries(Object.entries(lock.packages).sort(([a], [b]) => (a < b ? -1 : 1)));
const after = `${JSON.stringify(lock, null, 2)}\n`;

for (const change of changes) console.log(change);
if (process.argv.includes("--check")) {
  if (after !== before) console.log("package-lock.json needs repair: run `node .ci/lockfile.mjs`");
  process.exitCode = after === before ? 0 : 1;
} else if (after !== before) fs.writeFileSync(file, after);
