/** Puts new work on the newest base where GitHub would take it for a change of workflow files otherwise. */
import type { Job } from "../../domain/job.ts";
import { branchRef } from "../../domain/names.ts";
import { cleanPick } from "../git/clean-merge.ts";
import { git, tryGit } from "../git/git.ts";

export type PutOnBase =
  /** It can stay where it is. */
  | { kind: "stays" }
  | { kind: "moved"; onto: string; tip: string }
  /** One sentence with the next step. */
  | { kind: "stuck"; why: string };

const FOLDER = ".github/workflows";

/**
 * GitHub refuses a branch whose workflow files are on no other branch, unless a token may write workflows, which GZA's never may. So work
 * that began before the base's workflow files changed is put on the newest base, where git can do that alone. `dir`: the publisher's own
 * bare clone with all branches. Work on a branch that is there already stands on that branch, and stays.
 */
export async function putOnBase(dir: string, tip: string, { start }: Job): Promise<PutOnBase> {
  if (start.head !== null) return { kind: "stays" };
  const found = await tryGit(["rev-parse", "--verify", "--quiet", branchRef(start.base_branch)], { dir });
  const onto = found.stdout.toString("utf8").trim();
  if (found.exit !== 0 || onto === start.base) return { kind: "stays" };
  if ((await standingWorkflows(dir)).has(await workflowsOf(dir, tip))) return { kind: "stays" };
  if ((await workflowsOf(dir, tip)) !== (await workflowsOf(dir, start.base))) return { kind: "stays" };

  const listing = await git(["rev-list", "--reverse", "--topo-order", "--parents", tip, `^${start.base}`], {
    dir,
  });
  let moved = onto;
  for (const line of listing.split("\n").filter((one) => one !== "")) {
    const [commit = "", parent = "", ...more] = line.split(" ");
    if (more.length > 0) return stuck("holds a merge");
    const pick = await cleanPick(dir, { before: parent, after: commit, onto: moved });
    if (pick.kind === "unable") return { kind: "stuck", why: pick.why };
    if (pick.conflicted.size > 0) return stuck("conflicts with it");
    moved = await writePick(dir, { commit, tree: pick.tree, parent: moved });
  }
  return { kind: "moved", onto, tip: moved };
}

function stuck(how: string): PutOnBase {
  const why = `The workflow files of the base have changed since the attempt began, so the work has to be put on the newest base, but it ${how}: comment \`/gza retry\` to begin there.`;
  return { kind: "stuck", why };
}

/** git's id of the folder; empty: there is none. */
async function workflowsOf(dir: string, commit: string): Promise<string> {
  const found = await tryGit(["rev-parse", "--verify", "--quiet", `${commit}:${FOLDER}`], { dir });
  return found.stdout.toString("utf8").trim();
}

async function standingWorkflows(dir: string): Promise<Set<string>> {
  const heads = await git(["for-each-ref", "--format=%(objectname)", "refs/heads"], { dir });
  const commits = new Set(heads.split("\n").filter((oid) => oid !== ""));
  return new Set(await Promise.all([...commits].map((commit) => workflowsOf(dir, commit))));
}

/** Author, dates and message stay as they are. */
async function writePick(
  dir: string,
  { commit, tree, parent }: { commit: string; tree: string; parent: string },
): Promise<string> {
  const text = await git(["cat-file", "commit", commit], { dir });
  const blank = text.indexOf("\n\n");
  const people = text
    .slice(0, blank)
    .split("\n")
    .filter((line) => /^(?:author|committer) /.test(line));
  const input = `tree ${tree}\nparent ${parent}\n${people.join("\n")}${blank === -1 ? "\n\n" : text.slice(blank)}`;
  return (await git(["hash-object", "-t", "commit", "-w", "--stdin"], { dir, input })).trim();
}
