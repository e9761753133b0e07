/** Takes the agent's work out of its clone: one commit for what it left uncommitted, and a bundle of all new commits. */
import { mkdir, rm, writeFile } from "node:fs/promises";
import { join } from "node:path";
import type { Job } from "../domain/job.ts";
import { branchRef } from "../domain/names.ts";
import { git, tryGit, type GitOptions } from "./git.ts";
import type { Inputs } from "./inputs.ts";
import { head, plainText } from "./plain-text.ts";
import { beforeAttempt, GZA_EMAIL, GZA_NAME, WORK_BRANCH } from "./prepare.ts";
import { BUNDLE_FILE } from "./raw-report.ts";
import { leaveUntouched } from "./untouched.ts";

/** What became of the clone: `tip` is the newest commit, `commits` how many lie between the start and it. */
export type Work = { kind: "work"; tip: string; commits: number } | { kind: "unreadable"; why: string };

/**
 * Reads the clone through a repository of the runner's own: the clone's settings, hooks, filters and nested repositories name programs,
 * and after an agent they are the agent's. Only its objects, its HEAD and its files are looked at.
 */
export async function collectWork(inputs: Inputs, job: Job): Promise<Work> {
  const own = join(inputs.temp, "work.git");
  const cloned = join(inputs.clone, ".git");
  const tip = await tryGit(["rev-parse", "--verify", "--quiet", "HEAD^{commit}"], { dir: cloned });
  if (tip.exit !== 0) return { kind: "unreadable", why: "The agent left its clone without a readable HEAD." };
  const before = tip.stdout.toString("utf8").trim();

  await rm(own, { recursive: true, force: true });
  await git(["init", "--quiet", "--bare", "--template=", own], { dir: null });
  await mkdir(join(own, "objects", "info"), { recursive: true });
  await writeFile(join(own, "objects", "info", "alternates"), `${join(cloned, "objects")}\n`);
  const options = { dir: own, workTree: inputs.clone };
  await git(["read-tree", before], options);
  const added = await tryGit(["add", "--all", "--", "."], options);
  if (added.exit !== 0)
    return {
      kind: "unreadable",
      why: `The agent's files cannot be added: ${head(plainText(added.stderr), 500)}`,
    };
  await leaveUntouched(options, before, join(inputs.temp, "untouched"));

  const after = await commitLeftovers(options, before, job);
  await git(["update-ref", branchRef(WORK_BRANCH), after], options);
  const range = [after, ...beforeAttempt(job)];
  const commits = Number((await git(["rev-list", "--count", ...range], options)).trim());
  return { kind: "work", tip: after, commits };
}

/** Writes the bundle for the publisher: everything on the work branch that the start does not have. */
export function bundleWork(inputs: Inputs, job: Job): Promise<void> {
  return writeBundle(inputs, { dir: join(inputs.temp, "work.git"), not: beforeAttempt(job) });
}

/** The work branch of the repository `dir` without `not`, as arguments of `git rev-list`. */
export async function writeBundle(
  { handOver }: Inputs,
  { dir, not }: { dir: string; not: readonly string[] },
): Promise<void> {
  const file = join(handOver, BUNDLE_FILE);
  await git(["bundle", "create", "--quiet", file, branchRef(WORK_BRANCH), ...not], { dir });
}

/** The commit as it was when nothing is left over, else one more on top of it. */
async function commitLeftovers(options: GitOptions, before: string, job: Job): Promise<string> {
  const tree = (await git(["write-tree"], options)).trim();
  const old = (await git(["rev-parse", `${before}^{tree}`], options)).trim();
  if (tree === old) return before;
  const title = head(plainText(job.brief.title).replace(/\s+/g, " ").trim(), 72);
  const message = title === "" ? `Work on #${job.issue}` : title;
  const env = {
    GIT_AUTHOR_NAME: GZA_NAME,
    GIT_AUTHOR_EMAIL: GZA_EMAIL,
    GIT_COMMITTER_NAME: GZA_NAME,
    GIT_COMMITTER_EMAIL: GZA_EMAIL,
  };
  return (
    await git(["commit-tree", tree, "-p", before, "-F", "-"], { ...options, input: `${message}\n`, env })
  ).trim();
}
