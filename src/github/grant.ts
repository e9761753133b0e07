/** What the installation of a client was granted: its token says so, which is kept as long as it is good. */
import type { Octokit } from "@octokit/rest";
import { z } from "zod";
import { PERMISSIONS, SPARE } from "./permissions.ts";

export interface Grant {
  installation: number;
  /** What the App asks for and was not granted here, as `checks: write`. */
  missing: string[];
}

/** The token of one installation. */
export interface Token {
  /** What it allows; asks GitHub only where there is no good token yet. */
  grant(): Promise<Grant>;
  /** It was refused, or may allow something else by now: the next `grant` takes a new one. */
  expire(): void;
}

const Authentication = z.looseObject({
  permissions: z.record(z.string(), z.string()),
  createdAt: z.string(),
});

/** A lost webhook must not keep a task waiting for a permission that was granted meanwhile: a token that lacks one is not kept longer. */
const LACKING_MILLISECONDS = 5 * 60_000;

export function tokenOf(octokit: Pick<Octokit, "auth">, installation: number): Token {
  let isExpired = false;

  async function grant(): Promise<Grant> {
    const refresh = isExpired;
    const kept = await read(refresh);
    if (refresh) isExpired = false;
    const missing = lacking(kept.permissions);
    const isOld = Date.now() - Date.parse(kept.createdAt) >= LACKING_MILLISECONDS;
    if (missing.length === 0 || !isOld) return { installation, missing };
    return { installation, missing: lacking((await read(true)).permissions) };
  }

  async function read(refresh: boolean): Promise<z.infer<typeof Authentication>> {
    return Authentication.parse(await octokit.auth({ type: "installation", refresh }));
  }

  function expire(): void {
    isExpired = true;
  }

  return { grant, expire };
}

/** What the App works with and was not granted, as `checks: write`. */
export function lacking(granted: { [name: string]: string }): string[] {
  return Object.entries(PERMISSIONS)
    .filter(([name, access]) => !SPARE.has(name) && granted[name] !== "write" && granted[name] !== access)
    .map(([name, access]) => `${name}: ${access}`);
}
