/** What an agent is told of both sides of a conflict: whatever came to the base and touches the same paths. */
import type { RebaseMatter } from "../../domain/job.ts";
import { git, tryGit } from "../git/git.ts";
import { head, plainText } from "../plain-text.ts";
import type { RebaseScene, StopMatter } from "../prompts/rebase.ts";
import { changedPaths, isAncestor, literally } from "./own-repository.ts";
import type { Step } from "./put-together.ts";
import type { Rebasing } from "./rebasing.ts";
import type { Unmerged } from "./stop.ts";

const MAX_LANDED = 5;
const MAX_LOG_COMMITS = 10;
const MAX_LOG = 6000;
/** More paths than these make a command line too long, and a log that says nothing. */
const MAX_PATHS = 50;

export function sceneOf({ attempt, matter, base, head, fork }: Rebasing): RebaseScene {
  return { job: attempt.job, pull: matter.pull, base, head, fork };
}

export async function backgroundOf(
  rebasing: Rebasing,
  step: Step,
  conflicts: readonly Unmerged[],
): Promise<Pick<StopMatter, "commit" | "landed" | "log">> {
  const { own, fork, base } = rebasing;
  const paths = conflicts.slice(0, MAX_PATHS).map(({ path }) => path);
  const range = ["--no-merges", `--max-count=${MAX_LOG_COMMITS}`, "--format=%h %s%n%n%b", `${fork}..${base}`];
  const log = await git(["log", ...range, "--", ...paths], literally(own));
  const commit =
    step.kind === "merge"
      ? null
      : plainText(await git(["show", "--no-patch", "--format=%B", step.commit], own));
  return { commit, landed: await touching(rebasing, new Set(paths)), log: head(plainText(log), MAX_LOG) };
}

/** Those that landed since the branch left its base and changed one of the paths, newest first. */
async function touching(
  { own, matter, base, fork }: Rebasing,
  paths: ReadonlySet<string>,
): Promise<RebaseMatter["landed"]> {
  const found: RebaseMatter["landed"] = [];
  for (const landed of matter.landed) {
    const { commit } = landed;
    if (found.length === MAX_LANDED) break;
    if (commit === null || (await tryGit(["cat-file", "-e", `${commit}^1`], own)).exit !== 0) continue;
    if (!(await isAncestor(own, commit, base)) || (await isAncestor(own, commit, fork))) continue;
    const changed = await changedPaths(own, `${commit}^1`, commit);
    if (changed.some((path) => paths.has(path))) found.push(landed);
  }
  return found;
}
