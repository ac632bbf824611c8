// Starts `cargo local`'s binary on free ports and reads from what it prints where the page is.

import { spawn } from "node:child_process";
import { mkdtempSync } from "node:fs";
import { tmpdir } from "node:os";
import { join, resolve } from "node:path";

const target = process.env.CARGO_TARGET_DIR ?? resolve(import.meta.dirname, "../../target");
const binary = process.env.LOCAL_BIN ?? join(target, "debug/local");
const patienceMillis = 60_000;

/** The running program: where its page is, and how to stop it as Ctrl-C does. */
export async function startLocal() {
  const folder = mkdtempSync(join(tmpdir(), "kembali-browser-"));
  const ports = ["page", "gateway", "stripe", "aws"].flatMap((option) => [`--${option}`, "127.0.0.1:0"]);
  const local = spawn(binary, [...ports, "--env-file", join(folder, "local.env")], { stdio: ["ignore", "pipe", "pipe"] });
  const ended = new Promise((end) => local.on("exit", (code) => end(code)));
  let printed = "";
  let warned = "";
  local.stderr.on("data", (text) => (warned += text));
  const page = await new Promise((found, failed) => {
    const timer = setTimeout(() => failed(new Error(`no page after a minute: ${printed}${warned}`)), patienceMillis);
    local.on("error", failed);
    local.on("exit", (code) => failed(new Error(`it ended with ${code}: ${warned}`)));
    local.stdout.on("data", (text) => {
      printed += text;
      if (!printed.includes("Ctrl-C")) return;
      clearTimeout(timer);
      found(/^ +page +(\S+)$/m.exec(printed)[1]);
    });
  });
  const stop = async () => {
    local.kill("SIGINT");
    return await ended;
  };
  return { page, folder, stop, warnings: () => warned };
}
