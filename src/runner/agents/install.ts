/** Installs an agent's program from the npm registry, in the very version and with the very content that this release was made with. */
import { execFile } from "node:child_process";
import { cp, mkdir, readFile, rm } from "node:fs/promises";
import { extname, join } from "node:path";
import { fileURLToPath } from "node:url";
import { promisify } from "node:util";
import { z } from "zod";
import { tail } from "../plain-text.ts";

/** Milliseconds for some hundred megabytes. */
const LIMIT = 10 * 60 * 1000;

/** Where an agent lies once it is installed: outside the clone and the agent's home. */
export function agentFolder(name: string, temp: string): string {
  return join(temp, "agents", name);
}

/**
 * Resolves to the folder, as `agentFolder` names it. The lock file that comes with the action names a hash of every package, and no script
 * of a package runs. Which registry is asked is the machine's own setting. Throws, with npm's last words, when that fails.
 */
export async function installAgent(name: string, temp: string): Promise<string> {
  const folder = agentFolder(name, temp);
  await rm(folder, { recursive: true, force: true });
  await mkdir(folder, { recursive: true });
  for (const file of ["package.json", "package-lock.json"])
    await cp(join(shipped(name), file), join(folder, file));
  const options = [
    "--ignore-scripts",
    "--omit=dev",
    "--no-audit",
    "--no-fund",
    "--no-progress",
    "--loglevel=error",
  ];
  try {
    await promisify(execFile)("npm", ["ci", ...options], {
      cwd: folder,
      env: ownEnvironment(),
      timeout: LIMIT,
    });
  } catch (cause) {
    const said = cause instanceof Error && "stderr" in cause ? tail(String(cause.stderr).trim(), 1000) : "";
    const next = "see that npm is installed where the workflow runs and can reach its registry";
    throw new Error(`The agent ${name} cannot be installed; ${next}. ${said}`.trim(), { cause });
  }
  return folder;
}

/** The version that `installAgent` has put there, for agents whose own stream does not tell it. */
export async function installedVersion(folder: string): Promise<string> {
  const { dependencies } = Package.parse(JSON.parse(await readFile(join(folder, "package.json"), "utf8")));
  return Object.values(dependencies)[0] ?? "";
}

const Package = z.object({ dependencies: z.record(z.string(), z.string()) });

/** Beside the bundles in the released action; from the sources in the same folder of the repository. */
function shipped(name: string): string {
  const up = extname(import.meta.url) === ".ts" ? "../../../action" : "..";
  return fileURLToPath(new URL(`${up}/agents/${name}`, import.meta.url));
}

/** What this step was given is no business of npm's. */
function ownEnvironment(): Record<string, string | undefined> {
  const entries = Object.entries(process.env);
  return Object.fromEntries(entries.filter(([name]) => !/^(?:INPUT|GITHUB|ACTIONS|RUNNER)_/.test(name)));
}
