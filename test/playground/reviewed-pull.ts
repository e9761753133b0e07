/** A pull request of ada's that changes a file of twelve lines, with others who review it, for tests of reviews. */
import type { Octokit } from "@octokit/rest";
import type { Permissions } from "../../src/playground/model/people.ts";
import type { PlaygroundOptions } from "../../src/playground/playground.ts";
import { issueInstallationToken } from "../../src/playground/tokens.ts";
import { ENGINE, engineWorld, signIn, type EngineWorld } from "./engine-world.ts";

export const PULL = { ...ENGINE, pull_number: 1 };

/** `line 1` to `line 12`, some of them written anew. */
export function lines(changed: Record<number, string> = {}): string {
  return Array.from({ length: 12 }, (_, index) => `${changed[index + 1] ?? `line ${index + 1}`}\n`).join("");
}

export interface ReviewedPull extends EngineWorld {
  /** Commits files on the pull request's branch; gives the new head. */
  push: (files: Record<string, string>) => Promise<string>;
  /** An Octokit of an App that is installed there with these permissions. */
  appWith: (permissions: Permissions) => Octokit;
}

/** `main` has `a.txt` as `lines()`; the pull request's head has what is given. */
export async function reviewedPull(
  head: Record<string, string>,
  { base = {}, ...options }: PlaygroundOptions & { base?: Record<string, string> } = {},
): Promise<ReviewedPull> {
  const world = await engineWorld({ listen: false, ...options });
  const { playground, repository, ada } = world;
  await commitOn(ada, "main", { "a.txt": lines(), ...base });
  const main = await ada.git.getRef({ ...ENGINE, ref: "heads/main" });
  await ada.git.createRef({ ...ENGINE, ref: "refs/heads/work", sha: main.data.object.sha });
  await commitOn(ada, "work", head);
  await ada.pulls.create({ ...ENGINE, title: "Change a", head: "work", base: "main" });
  return {
    ...world,
    push: (files) => commitOn(ada, "work", files),
    appWith: (permissions) => {
      const name = `App ${playground.world.apps.size}`;
      const { app } = playground.createApp({
        name,
        owner: "ada",
        permissions,
        events: [],
        webhookUrl: null,
        webhookSecret: "s",
      });
      const installation = playground.install(app, "ada", [repository]);
      return signIn(playground, issueInstallationToken(playground.world, installation, {}).value);
    },
  };
}

/** A commit at the branch's tip; an empty text removes the file. */
export async function commitOn(
  octokit: Octokit,
  branch: string,
  files: Record<string, string>,
): Promise<string> {
  const { data: ref } = await octokit.git.getRef({ ...ENGINE, ref: `heads/${branch}` });
  const tree = await octokit.git.createTree({
    ...ENGINE,
    base_tree: ref.object.sha,
    tree: Object.entries(files).map(([path, content]) => ({
      path,
      mode: "100644" as const,
      type: "blob" as const,
      ...(content === "" ? { sha: null } : { content }),
    })),
  });
  const { data: made } = await octokit.git.createCommit({
    ...ENGINE,
    message: "Change",
    tree: tree.data.sha,
    parents: [ref.object.sha],
  });
  await octokit.git.updateRef({ ...ENGINE, ref: `heads/${branch}`, sha: made.sha });
  return made.sha;
}
