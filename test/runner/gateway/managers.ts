/** Package managers of this machine at a mirror, for tests. */
import { execFile } from "node:child_process";
import { mkdir, mkdtemp, rm, writeFile } from "node:fs/promises";
import { homedir, tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { promisify } from "node:util";
import { onTestFinished } from "vitest";
import type { Registry } from "../../../src/runner/gateway/gateway.ts";
import { registryEnvironment } from "../../../src/runner/gateway/registry-environment.ts";
import { registry, startMirror, type Front } from "./mirror-front.ts";

export const run = promisify(execFile);

/** The mirror of one registry, and what a program inside gets of it. */
export async function mirrorOf(
  kind: Registry["kind"],
  base: string,
  home: string,
  lying: Record<string, string> = {},
): Promise<{ mirror: Front; env: Record<string, string> }> {
  const own = { ...registry(kind, base), names: [], isDefault: true };
  const mirror = await startMirror([own], lying);
  const { env, files } = registryEnvironment([own], {
    gateway: mirror.address,
    home,
    certificate: mirror.certificate,
  });
  for (const [path, text] of Object.entries(files)) await write(join(home, path), text);
  const proxy = { HTTPS_PROXY: mirror.address, HTTP_PROXY: mirror.address, NO_PROXY: "127.0.0.1" };
  return { mirror, env: { ...machine(), HOME: home, ...proxy, ...env } };
}

/** Where this machine has its programs. */
function machine(): Record<string, string> {
  const { PATH = "", JAVA_HOME } = process.env;
  const rustup = process.env["RUSTUP_HOME"] ?? join(homedir(), ".rustup");
  return { PATH, RUSTUP_HOME: rustup, ...(JAVA_HOME === undefined ? {} : { JAVA_HOME }) };
}

/** A folder that goes with the test. */
export async function temporary(): Promise<string> {
  const folder = await mkdtemp(join(tmpdir(), "gza-managers-"));
  onTestFinished(() => rm(folder, { recursive: true, force: true, maxRetries: 3 }));
  return folder;
}

export async function has(program: string, args: readonly string[]): Promise<boolean> {
  try {
    await run(program, args);
    return true;
  } catch (error) {
    if (error instanceof Error) return false;
    throw error;
  }
}

export async function write(path: string, text: string): Promise<void> {
  await mkdir(dirname(path), { recursive: true });
  await writeFile(path, text);
}
