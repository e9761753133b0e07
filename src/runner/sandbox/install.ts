/** Makes a machine of GitHub's own ready for the sandbox; a machine of anybody else is left as it is. */
import { access, readFile } from "node:fs/promises";
import { shellOfRoot, succeeds } from "./root-shell.ts";

/** Ubuntu 24.04 and later lets only programs that it knows make user namespaces, and bubblewrap is none of them. */
const RESTRICTION = "/proc/sys/kernel/apparmor_restrict_unprivileged_userns";

/** The lists of packages on the image may be older than what is offered. */
const INSTALL =
  "apt-get install -y -q bubblewrap || { apt-get update -q && apt-get install -y -q bubblewrap; }";

/**
 * What it did and what it could not do, as sentences for the log. GitHub's own machines set `ImageOS` and let every step become root without
 * a password. Whether the sandbox holds in the end, its probe says.
 */
export async function installSandbox(environment: Record<string, string | undefined>): Promise<string[]> {
  if (!environment["ImageOS"] || process.platform !== "linux") return [];
  const shell = await shellOfRoot();
  if (shell === null) return [];
  const said: string[] = [];
  if (!(await isThere("/usr/bin/bwrap")))
    said.push(
      (await succeeds(shell, INSTALL))
        ? "Installed bubblewrap."
        : "bubblewrap could not be installed with apt-get.",
    );
  if (await isRestricted())
    said.push(
      (await succeeds(shell, `echo 0 > ${RESTRICTION}`))
        ? "Allowed user namespaces for all programs."
        : `User namespaces could not be allowed (${RESTRICTION}).`,
    );
  return said;
}

async function isRestricted(): Promise<boolean> {
  return (await isThere(RESTRICTION)) && (await readFile(RESTRICTION, "utf8")).trim() !== "0";
}

async function isThere(path: string): Promise<boolean> {
  return access(path).then(
    () => true,
    () => false,
  );
}
