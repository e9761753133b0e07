/** Pull requests in the small world: branches with commits, opened, read and merged by its owner. */
import { resolve } from "../../src/playground/git/objects.ts";
import { updateRefs } from "../../src/playground/git/refs.ts";
import type { Issue } from "../../src/playground/model/issues.ts";
import type { Token } from "../../src/playground/model/people.ts";
import { mergePull, openPull } from "../../src/playground/pulls.ts";
import { pullJson, pullOf } from "../../src/playground/shapes/pull.ts";
import { reading } from "../../src/playground/test-merge.ts";
import type { SmallWorld } from "./small-world.ts";

export function act({ owner, token }: SmallWorld): { actorId: number; token: Token } {
  return { actorId: owner.id, token };
}

export function heard({ happenings }: SmallWorld): string[] {
  return happenings.map(({ name, action }) => (action === null ? name : `${name}.${action}`));
}

export async function move(home: SmallWorld, name: string, after: string | null): Promise<void> {
  const updates = [{ name: `refs/heads/${name}`, after, force: true }];
  await updateRefs(home.world, home.repository, { updates, ...act(home) });
}

/** A commit with these files on the branch, which begins at the first commit. */
export async function branch(home: SmallWorld, name: string, files: Record<string, string>): Promise<string> {
  const parent = (await resolve(home.repository, `refs/heads/${name}`)) ?? home.first;
  const tip = await home.commit(parent, files, `Change ${name}`);
  await move(home, name, tip);
  return tip;
}

export function openFrom(home: SmallWorld, head: string, base = "main", title = "Change it"): Promise<Issue> {
  const input = { title, body: null, head, base, draft: false };
  return openPull(home.world, home.repository, { ...input, ...act(home) });
}

export function merge(home: SmallWorld, issue: Issue, sha?: string): Promise<string> {
  return mergePull(home.world, home.repository, issue, { ...act(home), method: "merge", sha });
}

/** What one more reader is told of whether it merges. */
export function readMergeable({ world, repository }: SmallWorld, issue: Issue): boolean | null {
  const pull = pullOf(issue);
  return reading(world, { repository, issue, pull }, () => pullJson(world, repository, issue).mergeable);
}
