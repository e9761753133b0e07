/** Makes the bare repositories that the server keeps, with the settings of GitHub's own. */
import { randomUUID } from "node:crypto";
import { renameSync, writeFileSync } from "node:fs";
import { mkdir, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { POST_RECEIVE_HOOK, UPDATE_HOOK } from "./hooks.ts";
import { gitText } from "./run.ts";

/**
 * Pull request refs may be fetched but not pushed, any object may be asked for by its id, partial clones work, and what
 * comes in is checked by fsck.
 */
const SETTINGS = `[core]
\trepositoryformatversion = 0
\tfilemode = true
\tbare = true
\tlogAllRefUpdates = false
\tprotectHFS = true
\tprotectNTFS = true
[uploadpack]
\tallowFilter = true
\tallowAnySHA1InWant = true
[receive]
\tadvertiseAtomic = true
\tadvertisePushOptions = true
\tfsckObjects = true
\tdenyDeleteCurrent = refuse
\tdenyNonFastForwards = false
\tautogc = false
\thideRefs = refs/pull
[transfer]
\tfsckObjects = true
[http]
\treceivepack = true
[gc]
\tauto = 0
`;

/** An empty bare repository whose HEAD names `defaultBranch`. */
export async function createBareRepository(directory: string, defaultBranch = "main"): Promise<void> {
  await mkdir(directory, { recursive: true });
  const branch = `--initial-branch=${defaultBranch}`;
  await gitText(directory, ["init", "--quiet", "--bare", "--template=", branch, directory]);
  await writeFile(join(directory, "config"), SETTINGS);
  await mkdir(join(directory, "hooks"), { recursive: true });
  await mkdir(join(directory, "info"), { recursive: true });
  await writeFile(join(directory, "hooks", "update"), UPDATE_HOOK, { mode: 0o755 });
  await writeFile(join(directory, "hooks", "post-receive"), POST_RECEIVE_HOOK, { mode: 0o755 });
}

/** Makes HEAD name another branch, as a new default branch does; the branch need not exist. */
export function pointHead(directory: string, branch: string): void {
  // In one go: git takes a folder whose HEAD is empty for no repository.
  const fresh = join(directory, `HEAD-${randomUUID()}`);
  writeFileSync(fresh, `ref: refs/heads/${branch}\n`);
  renameSync(fresh, join(directory, "HEAD"));
}
