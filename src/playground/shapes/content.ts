/** An entry of a tree as GitHub's contents API shows it, without its content. */
import type { components } from "@octokit/openapi-types";
import type { SizedEntry } from "../git/objects.ts";
import type { Repository, World } from "../model/world.ts";
import { repositoryPage, repositoryUrl } from "./repository.ts";

export function contentJson(
  world: World,
  repository: Repository,
  { entry, ref }: { entry: SizedEntry; ref: string },
): components["schemas"]["content-directory"][number] {
  const path = entry.path.split("/").map(encodeURIComponent).join("/");
  const self = `${repositoryUrl(world, repository)}/contents/${path}?ref=${encodeURIComponent(ref)}`;
  const page = repositoryPage(world, repository);
  const isFolder = entry.type === "tree";
  const git = `${repositoryUrl(world, repository)}/git/${isFolder ? "trees" : "blobs"}/${entry.oid}`;
  const html = `${page}/${isFolder ? "tree" : "blob"}/${ref}/${path}`;
  return {
    name: entry.path.slice(entry.path.lastIndexOf("/") + 1),
    path: entry.path,
    sha: entry.oid,
    size: entry.size ?? 0,
    url: self,
    html_url: html,
    git_url: git,
    download_url: entry.type === "blob" ? `${page}/raw/${ref}/${path}` : null,
    type: kindOf(entry),
    _links: { self, git, html },
  };
}

function kindOf({ type, mode }: SizedEntry): "dir" | "file" | "submodule" | "symlink" {
  if (type === "tree") return "dir";
  if (type === "commit") return "submodule";
  return mode === "120000" ? "symlink" : "file";
}
