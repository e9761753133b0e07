/** The independent oracle: plain `git cherry-pick` of the replayed commits in the order in which they landed. */
import { mkdir, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { git, tryGit, type GitOptions } from "../../src/runner/git/git.ts";
import type { LaidOut } from "./lay-out.ts";
import type { Outcome } from "./outcome.ts";

export interface Picks {
  /** Issues whose replayed commit git puts on the base without help, with the tree that GZA's merge has as well. */
  same: Set<number>;
  faults: string[];
}

const GZA = { GIT_COMMITTER_NAME: "Oracle", GIT_COMMITTER_EMAIL: "oracle@example.com" };

/** Files lie in the repository as they are: line ends, filters and encodings that its attributes ask for are nobody's business here. */
const RAW = "* -text !eol !filter !ident !working-tree-encoding\n";

/**
 * Where a pick applies cleanly, the base after that merge must have its very tree; where not, or an agent or a tool has had a hand in it,
 * the next pick goes on from the merge.
 */
export async function checkPicks(
  dir: string,
  { laid, outcome }: { laid: LaidOut; outcome: Outcome },
): Promise<Picks> {
  const workTree = join(dir, "picks");
  await mkdir(workTree, { recursive: true });
  await mkdir(join(dir, "info"), { recursive: true });
  await writeFile(join(dir, "info/attributes"), RAW);
  const options: GitOptions = { dir, workTree, env: { ...GZA, GIT_INDEX_FILE: join(dir, "picks.index") } };
  const picks: Picks = { same: new Set(), faults: [] };
  await goTo(options, laid.start);
  for (const issue of outcome.order) {
    const one = outcome.tasks.find(({ task }) => task.issue === issue);
    const replayed = laid.commits.get(issue);
    if (!one?.merge || replayed === undefined) continue;
    const picked = await tryGit(
      ["cherry-pick", "--allow-empty", "--keep-redundant-commits", replayed],
      options,
    );
    const isByGit = one.by === "none" || one.by === "git";
    if (picked.exit === 0 && isByGit) {
      const differing = await namesOf(dir, "HEAD", one.merge.commit);
      if (differing.length === 0) picks.same.add(issue);
      else picks.faults.push(`#${issue}: plain cherry-picks come to another tree: ${differing.join(", ")}`);
    }
    await goTo(options, one.merge.commit);
  }
  return picks;
}

async function goTo(options: GitOptions, commit: string): Promise<void> {
  await tryGit(["cherry-pick", "--quit"], options);
  await git(["update-ref", "--no-deref", "HEAD", commit], options);
  await git(["reset", "--quiet", "--hard", commit], options);
  await git(["clean", "--quiet", "-ffdx"], options);
}

async function namesOf(dir: string, before: string, after: string): Promise<string[]> {
  const names = await git(["diff-tree", "-r", "-z", "--name-only", "--no-renames", before, after], { dir });
  return names.split("\0").filter((name) => name !== "");
}
