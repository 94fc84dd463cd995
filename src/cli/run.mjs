// Entry of every npm script: `node src/cli/run.mjs <command> [arguments]`.
// Plain JavaScript for the Node that is on the machine (>= 20.9): it installs the locked packages when they are
// missing or stale, changes over to the Node that the packages bring, and hands on to src/cli/<command>.ts.
// Standard output belongs to the command, so everything said here goes to standard error.
import { spawn } from "node:child_process";
import { createHash } from "node:crypto";
import fs from "node:fs";
import module from "node:module";
import path from "node:path";
import { fileURLToPath } from "node:url";

const root = fileURLToPath(new URL("../..", import.meta.url));
const modules = path.join(root, "node_modules");
const marker = path.join(modules, ".modelmart");
const NODE_MIN = [20, 9];
const INSTALL_LOOK_MS = 250;
/** Errors whose message says what to do. */
const OPERATOR_ERRORS = ["EnvError", "SecretError", "MigrationError", "EmbeddedPostgresError", "StartError", "UsageError"];
/** Below this Node does not strip types, so the commands cannot be imported. */
const NODE_MAJOR_TO_RUN = 24;

const say = (text) => process.stderr.write(`${text}\n`);

function fail(text) {
  say(text);
  process.exit(1);
}

function checkNode() {
  const [major, minor] = process.versions.node.split(".").map(Number);
  if (major < NODE_MIN[0] || (major === NODE_MIN[0] && minor < NODE_MIN[1])) {
    fail(`Modelmart needs Node ${NODE_MIN.join(".")} or newer to start itself; this is ${process.version}.`);
  }
}

const lockHash = () =>
  createHash("sha256")
    .update(fs.readFileSync(path.join(root, "package-lock.json")))
    .update(`${process.platform}-${process.arch}`)
    .digest("hex");

function isInstalled(hash) {
  try {
    return fs.readFileSync(marker, "utf8").trim() === hash;
  } catch {
    return false;
  }
}

/**
 * One installation at a time: two commands started together would tear the folder out of each other's hands. The lock
 * is a folder, as making one is atomic everywhere; a dead holder's is taken over.
 * @returns gives the lock back
 */
async function lockInstall() {
  const lock = path.join(root, ".modelmart-install");
  const holder = path.join(lock, "pid");
  for (;;) {
    try {
      fs.mkdirSync(lock);
      fs.writeFileSync(holder, String(process.pid));
      return () => fs.rmSync(lock, { recursive: true, force: true });
    } catch (error) {
      if (error.code !== "EEXIST") fail(`The packages cannot be installed: ${error.message}`);
    }
    if (!holderLives(holder)) fs.rmSync(lock, { recursive: true, force: true });
    await new Promise((resolve) => setTimeout(resolve, INSTALL_LOOK_MS));
  }
}

function holderLives(file) {
  try {
    process.kill(Number(fs.readFileSync(file, "utf8")), 0);
    return true;
  } catch (error) {
    // Between making the folder and writing the file the holder is nameless for a moment.
    return error.code === "EPERM" || (error.code === "ENOENT" && Date.now() - bornMs(path.dirname(file)) < 2_000);
  }
}

function bornMs(folder) {
  try {
    return fs.statSync(folder).mtimeMs;
  } catch {
    return Date.now();
  }
}

/** Install scripts stay off: none is needed, and none should run on an operator's machine unasked. */
async function install(hash) {
  const unlock = await lockInstall();
  try {
    if (!isInstalled(hash)) await runInstall(hash);
  } finally {
    unlock();
  }
}

async function runInstall(hash) {
  say("Installing the locked packages (first run, or package-lock.json has changed) ...");
  const started = Date.now();
  const flags = ["ci", "--ignore-scripts", "--include=dev", "--include=optional", "--prefer-offline", "--no-audit", "--no-fund", "--loglevel=error"];
  const code = await new Promise((resolve) => {
    const npm = spawn("npm", flags, { cwd: root, stdio: ["ignore", 2, 2] });
    npm.on("error", (error) => {
      say(`npm could not be started: ${error.message}`);
      resolve(1);
    });
    npm.on("exit", (exitCode, signal) => resolve(signal ? 1 : exitCode));
  });
  if (code !== 0) {
    fs.rmSync(path.join(root, ".modelmart-install"), { recursive: true, force: true });
    fail(
      "The packages could not be installed. Is the npm registry reachable, is there 2 GB of free disk space, " +
        `and may this user write to ${root}? Then run the command again.`,
    );
  }
  fs.writeFileSync(marker, `${hash}\n`);
  say(`Installed in ${Math.round((Date.now() - started) / 1000)} s.`);
}

/** The Node that the packages bring, or undefined on platforms for which none is packed. */
function packagedNode() {
  const binary = path.join(modules, ".bin", "node");
  const manifest = path.join(modules, `node-${process.platform}-${process.arch}`, "package.json");
  try {
    fs.accessSync(binary, fs.constants.X_OK);
    return { binary, version: `v${JSON.parse(fs.readFileSync(manifest, "utf8")).version}` };
  } catch {
    return undefined;
  }
}

/** Runs this file again under another Node; exit code, signals and messages pass through. */
function changeOver(binary) {
  const child = spawn(binary, [...process.execArgv, fileURLToPath(import.meta.url), ...process.argv.slice(2)], {
    cwd: root,
    stdio: ["inherit", "inherit", "inherit", "ipc"],
  });
  const signals = ["SIGTERM", "SIGINT", "SIGHUP", "SIGUSR2", "SIGQUIT"];
  for (const signal of signals) process.on(signal, () => child.kill(signal));
  child.on("message", (message) => process.send?.(message));
  process.on("message", (message) => child.connected && child.send(message));
  process.on("disconnect", () => child.connected && child.disconnect());
  child.on("error", (error) => fail(`${binary} could not be started: ${error.message}`));
  child.on("exit", (code, signal) => {
    if (signal === null) process.exit(code);
    for (const each of signals) process.removeAllListeners(each);
    process.kill(process.pid, signal);
  });
}

/** A command whose parent is gone without a word (kill -9) must not live on and hold the port. */
function endWithParent() {
  if (!process.channel) return;
  process.on("disconnect", () => process.exit(1));
  process.channel.unref();
}

async function runCommand(name, argv) {
  const folder = path.join(root, "src", "cli");
  if (!/^[a-z][a-z-]*$/.test(name) || !fs.existsSync(path.join(folder, `${name}.ts`))) {
    const known = fs.readdirSync(folder).filter((entry) => entry.endsWith(".ts")).map((entry) => entry.slice(0, -3));
    fail(`There is no command "${name}". Known: ${known.join(", ")}.`);
  }
  endWithParent();
  // Compiled code is kept beside the packages, where nobody else may write: the next start strips no types and holds no
  // compiler in memory for it. Where the folder cannot be written all goes on as without it.
  module.enableCompileCache?.(path.join(modules, ".cache", "modelmart-code"));
  try {
    const { default: run } = await import(new URL(`./${name}.ts`, import.meta.url).href);
    process.exitCode = await run(argv);
  } catch (error) {
    // Errors that an operator can act on say so themselves; of all others the stack is wanted.
    const plain = error instanceof Error && OPERATOR_ERRORS.includes(error.name);
    fail(plain ? error.message : String(error?.stack ?? error));
  }
  // A pool or socket that a command forgot must not keep the terminal waiting; give standard output time to drain.
  setTimeout(() => process.exit(), 2_000).unref();
}

// Who reads only the first lines (`| head`) closes the pipe: no reason to fall over, nor to stop what is being done.
for (const stream of [process.stdout, process.stderr]) {
  stream.on("error", (error) => {
    if (error.code !== "EPIPE") throw error;
  });
}
checkNode();
process.chdir(root);
const [command = "", ...argv] = process.argv.slice(2);
const hash = lockHash();
if (!isInstalled(hash)) await install(hash);
const packaged = packagedNode();
if (command === "install") process.exit(0); // an image installs in a layer of its own, before the sources are there
if (packaged && packaged.version !== process.version) changeOver(packaged.binary);
else if (Number(process.versions.node.split(".")[0]) < NODE_MAJOR_TO_RUN) {
  fail(`No Node ${NODE_MAJOR_TO_RUN} is packed for ${process.platform}-${process.arch}; install Node ${NODE_MAJOR_TO_RUN} there and run the command again.`);
} else await runCommand(command, argv);
