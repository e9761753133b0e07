/** What git makes of two sides by itself, without a folder: the tree, and the paths at which it needs somebody. */
import { git, tryGit } from "./git.ts";
import { gzaIdentity } from "../publish/rewrite.ts";

export type CleanMerge =
  /** Conflicted paths lie in the tree with markers, or as one of the sides has them. */
  | { kind: "merged"; tree: string; conflicted: ReadonlySet<string> }
  /** One sentence with the next step. */
  | { kind: "unable"; why: string };

const TOO_OLD =
  "The publisher needs git 2.38 or newer to check a rebase: update git on the runner, or choose another `runs-on` in .github/workflows/gza.yml.";

const USAGE = 129;

/** The merge of two commits that have history in common. */
export async function cleanMerge(dir: string, ours: string, theirs: string): Promise<CleanMerge> {
  const args = ["merge-tree", "--write-tree", "-z", "--name-only", "--no-messages", ours, theirs];
  // As a rebase does it: a new file goes along with its folder.
  const answer = await tryGit(["-c", "merge.directoryRenames=true", ...args], { dir, seconds: 300 });
  if (answer.exit === USAGE) return { kind: "unable", why: TOO_OLD };
  if (answer.exit !== 0 && answer.exit !== 1)
    throw new Error(
      `git merge-tree ended with ${answer.exit}: ${answer.stderr.trim().slice(-1000)}; comment /gza retry`,
    );
  const [tree = "", ...paths] = answer.stdout.toString("utf8").split("\0");
  return { kind: "merged", tree: tree.trim(), conflicted: new Set(paths.filter((path) => path !== "")) };
}

/**
 * The same for three trees, as a pick of `after` onto `onto` does it. git takes a merge base for trees only from 2.40 on, so each gets a
 * commit that nobody will see.
 */
export async function cleanPick(
  dir: string,
  { before, after, onto }: { before: string; after: string; onto: string },
): Promise<CleanMerge> {
  const base = await passingCommit(dir, before, []);
  const ours = await passingCommit(dir, onto, [base]);
  const theirs = await passingCommit(dir, after, [base]);
  return cleanMerge(dir, ours, theirs);
}

async function passingCommit(dir: string, of: string, parents: readonly string[]): Promise<string> {
  const args = [`${of}^{tree}`, ...parents.flatMap((parent) => ["-p", parent])];
  const env = gzaIdentity("@0 +0000", "@0 +0000");
  return (await git(["commit-tree", ...args, "-m", "passing"], { dir, env })).trim();
}
