/** Installs the real agents once into a folder that all test runs on this machine share. */
import { createHash, randomUUID } from "node:crypto";
import { existsSync, mkdirSync, readFileSync, renameSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { agentFolder, installAgent } from "../../src/runner/agents/install.ts";

const SHIPPED = join(import.meta.dirname, "../../action/agents");

/** The agent's folder; null, said on standard error: it cannot be installed here, so its tests are left out. */
export async function installed(name: string): Promise<string | null> {
  const lock = readFileSync(join(SHIPPED, name, "package-lock.json"));
  const cache = join(tmpdir(), "gza-test-agents");
  const folder = join(cache, `${name}-${createHash("sha256").update(lock).digest("hex").slice(0, 12)}`);
  if (existsSync(folder)) return folder;
  const temp = join(cache, randomUUID());
  mkdirSync(temp, { recursive: true });
  try {
    await installAgent(name, temp);
    // Whoever was quicker has put the same there.
    if (!existsSync(folder)) renameSync(agentFolder(name, temp), folder);
    return folder;
  } catch (error) {
    console.error(`The tests of ${name} are left out: ${String(error)}`);
    return null;
  } finally {
    rmSync(temp, { recursive: true, force: true });
  }
}
