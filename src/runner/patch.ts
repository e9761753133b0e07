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

/** git's stable patch id: equal patches have equal ids, whatever their line numbers and white space; empty for no change. */
export async function patchId(dir: string, { before, after }: Range): Promise<string> {
  const args = ["-r", "-p", "--no-textconv", "--no-ext-diff", "--no-color", "--full-index"];
  const diff = await git(["diff-tree", ...args, before, after], { dir });
  return (await git(["patch-id", "--stable"], { dir, input: diff })).split(" ")[0] ?? "";
}
