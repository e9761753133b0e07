/** Brings the files of an action (`owner/name/path@ref`) from the playground's own repositories to the runner. */
import { mkdir } from "node:fs/promises";
import { join } from "node:path";
import { resolve } from "../git/objects.ts";
import { git } from "../git/run.ts";
import { findByAnyName } from "../world.ts";
import { BUILT_IN } from "./builtin/built-in.ts";
import { StepFailure } from "./step-failure.ts";
import type { Session } from "./session.ts";

export interface ActionReference {
  /** `owner/name`. */
  repository: string;
  path: string;
  ref: string;
}

/** Null for `./local` and `docker://` references. */
export function parseReference(uses: string): ActionReference | null {
  const found = /^(?<repository>[^./\s][^/\s]*\/[^/@\s]+)(?<path>\/[^@]*)?@(?<ref>.+)$/.exec(uses)?.groups;
  if (!found?.repository || !found.ref || uses.startsWith("docker://")) return null;
  return { repository: found.repository, path: (found.path ?? "").slice(1), ref: found.ref };
}

/**
 * The folder that holds the action, at the commit that its ref stands for. Actions may come from public repositories and
 * from the owner of the workflow's own. Throws in GitHub's words when there is none.
 */
export async function fetchAction(session: Session, uses: string): Promise<string> {
  const reference = parseReference(uses);
  if (!reference) throw new StepFailure(`The playground does not play the action '${uses}'`);
  const { repository: name, path, ref } = reference;
  const [owner = "", short = ""] = name.split("/");
  const source = findByAnyName(session.engine.world, owner, short);
  if (!source || (source.private && source.ownerId !== session.live.repository.ownerId))
    throw new StepFailure(`Unable to resolve action \`${uses}\`, repository not found`);
  const commit =
    (await resolve(source, `refs/tags/${ref}^{commit}`)) ??
    (await resolve(source, `refs/heads/${ref}^{commit}`)) ??
    (await resolve(source, `${ref}^{commit}`));
  if (commit === null)
    throw new StepFailure(`Unable to resolve action \`${uses}\`, unable to find version \`${ref}\``);
  const directory = join(session.folders.actions, owner, short, commit);
  await mkdir(directory, { recursive: true });
  const options = {
    env: { GIT_WORK_TREE: directory, GIT_INDEX_FILE: join(session.folders.root, `index-${commit}`) },
  };
  await git(source.directory, ["read-tree", commit], options);
  await git(source.directory, ["checkout-index", "--all", "--force", `--prefix=${directory}/`], options);
  return join(directory, path);
}

export function isBuiltIn(uses: string): boolean {
  const reference = parseReference(uses);
  return reference !== null && reference.path === "" && BUILT_IN.has(reference.repository.toLowerCase());
}
