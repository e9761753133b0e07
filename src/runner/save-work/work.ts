/** Takes the agent's work out of its clone: one commit for what it left uncommitted, and a bundle of all new commits. */
import { mkdir, rm, writeFile } from "node:fs/promises";
import { join } from "node:path";
import type { Job } from "../../domain/job.ts";
import { branchRef } from "../../domain/names.ts";
import { git, gitBytes, tryGit, type GitOptions } from "../git/git.ts";
import type { Inputs } from "../inputs.ts";
import { head, plainText } from "../plain-text.ts";
import { beforeAttempt, GZA_EMAIL, GZA_NAME, WORK_BRANCH } from "../prepare.ts";
import { BUNDLE_FILE } from "../raw-report.ts";
import { tooMuchLeft } from "./leftovers.ts";
import { readClone } from "./read-clone.ts";
import { leaveUntouched } from "./untouched.ts";

/** What became of the clone: `tip` is the newest commit, `commits` how many lie between the start and it. */
export type Work = { kind: "work"; tip: string; commits: number } | { kind: "unreadable"; why: string };

/** Where the work lies, and a folder to work in that is ours. */
export interface WorkPlace {
  clone: string;
  temp: string;
}

/** More than the publisher reads, which says of a bundle that it is too big; what is far beyond is not even made. */
const MAX_WORK_BYTES = 192 * 1024 * 1024;

/** Seconds for one step of git: the agent decides how much there is to read. */
const SECONDS = 240;

/**
 * Reads the clone through a repository of the runner's own: the clone's settings, hooks, filters and nested repositories name programs,
 * and after an agent they are the agent's. Only its objects, its HEAD and its files are looked at.
 */
export async function collectWork({ clone, temp }: WorkPlace, job: Job): Promise<Work> {
  const own = ownRepository(temp);
  await rm(own, { recursive: true, force: true });
  await mkdir(temp, { recursive: true });
  await git(["init", "--quiet", "--bare", "--template=", own], { dir: null });
  const read = await readClone(clone, own);
  if (read.kind === "unreadable") return read;
  const before = read.head;
  const options = { dir: own, workTree: clone, seconds: SECONDS };
  const known = await tryGit(["rev-list", "--quiet", "--objects", before, ...beforeAttempt(job)], options);
  if (known.exit !== 0)
    return { kind: "unreadable", why: "The agent left its clone without all that its HEAD stands for." };

  await git(["read-tree", before], options);
  const tooMuch = await tooMuchLeft(options);
  if (tooMuch !== null) return { kind: "unreadable", why: `The agent left ${tooMuch}.` };
  const added = await tryGit(["add", "--all", "--", "."], options);
  if (added.exit !== 0)
    return {
      kind: "unreadable",
      why: `The agent's files cannot be added: ${head(plainText(added.stderr), 500)}`,
    };
  await leaveUntouched(options, before, join(temp, "untouched"));

  const after = await commitLeftovers(options, before, job);
  await git(["update-ref", branchRef(WORK_BRANCH), after], options);
  const range = [after, ...beforeAttempt(job)];
  const commits = Number((await git(["rev-list", "--count", ...range], options)).trim());
  const bytes = await diskUsage(options, range);
  if (bytes > MAX_WORK_BYTES) {
    const why = `The agent's commits have ${bytes} bytes, at most ${MAX_WORK_BYTES} are taken.`;
    return { kind: "unreadable", why };
  }
  return { kind: "work", tip: after, commits };
}

/** The bundle of the collected work: everything on the work branch that the start does not have. Throws where it is beyond all measure. */
export function bundleBytes(temp: string, job: Job): Promise<Buffer> {
  return bundleOf({ dir: ownRepository(temp), not: beforeAttempt(job) });
}

/** The work branch of the repository `dir` without `not`, as arguments of `git rev-list`. */
export async function writeBundle(
  { handOver }: Pick<Inputs, "handOver">,
  range: { dir: string; not: readonly string[] },
): Promise<void> {
  await writeFile(join(handOver, BUNDLE_FILE), await bundleOf(range));
}

/** As they lie in the store, compressed. git before 2.31 cannot tell; then the bundle has its bound. */
async function diskUsage(options: GitOptions, range: readonly string[]): Promise<number> {
  const answer = await tryGit(["rev-list", "--objects", "--disk-usage", ...range], options);
  return answer.exit === 0 ? Number(answer.stdout.toString("utf8").trim()) : 0;
}

function bundleOf({ dir, not }: { dir: string; not: readonly string[] }): Promise<Buffer> {
  const args = ["bundle", "create", "--quiet", "-", branchRef(WORK_BRANCH), ...not];
  return gitBytes(args, { dir, seconds: SECONDS });
}

function ownRepository(temp: string): string {
  return join(temp, "work.git");
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
