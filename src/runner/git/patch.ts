/** What a head changes since it forked from its base: the fork point, and git's own id of the patch. */
import { git, tryGit } from "./git.ts";

export interface Range {
  before: string;
  after: string;
}

/** The newest commit that both have; null: their histories have nothing in common. */
export async function forkPoint(dir: string, base: string, head: string): Promise<string | null> {
  const answer = await tryGit(["merge-base", base, head], { dir });
  if (answer.exit === 1) return null;
  if (answer.exit !== 0) throw new Error(`git merge-base ended with ${answer.exit}: ${answer.stderr.trim()}`);
  return answer.stdout.toString("utf8").trim();
}

/**
 * git's own id of a patch: equal patches have equal ids, whatever their line numbers; empty for no change. White space counts, for it can
 * be all of a change; only git before 2.39 cannot do that and folds it.
 */
export async function patchId(dir: string, { before, after }: Range): Promise<string> {
  const args = ["-r", "-p", "--no-textconv", "--no-ext-diff", "--no-color", "--full-index"];
  const input = await git(["diff-tree", ...args, before, after], { dir });
  const verbatim = await tryGit(["patch-id", "--verbatim"], { dir, input });
  const id =
    verbatim.exit === 0
      ? verbatim.stdout.toString("utf8")
      : await git(["patch-id", "--stable"], { dir, input });
  return id.split(" ")[0] ?? "";
}
