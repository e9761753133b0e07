/** Labels and the lists of them. */
import type * as GitHub from "@octokit/graphql-schema";
import { nodeId } from "../../node-ids.ts";
import { repositoryPage } from "../../shapes/repository.ts";
import type { Label } from "../../model/issues.ts";
import type { Repository } from "../../model/world.ts";
import { connection, type Connection } from "../connection.ts";
import type { Fields, Paging } from "../fields.ts";
import type { LabelNode } from "../nodes.ts";

export const labelFields: Fields<GitHub.Label, LabelNode> = {
  id: ({ label }) => nodeId("Label", label.id),
  name: ({ label }) => label.name,
  color: ({ label }) => label.color,
  description: ({ label }) => label.description,
  isDefault: () => false,
  repository: ({ repository }) => ({ kind: "Repository", repository }),
  url: ({ repository, label }, _args, { world }) =>
    `${repositoryPage(world, repository)}/labels/${encodeURIComponent(label.name)}`,
};

export function labelNode(repository: Repository, label: Label): LabelNode {
  return { kind: "Label", repository, label };
}

/** In order of creation, unless asked otherwise. */
export function labelConnection(
  repository: Repository,
  labels: readonly Label[],
  args: Paging & { orderBy?: GitHub.LabelOrder | null },
): Connection<LabelNode> {
  const byName = args.orderBy?.field === "NAME";
  const sorted = labels.toSorted((a, b) => (byName ? a.name.localeCompare(b.name) : a.id - b.id));
  if (args.orderBy?.direction === "DESC") sorted.reverse();
  return connection(
    sorted.map((label) => labelNode(repository, label)),
    args,
    ({ label }) => label.id,
  );
}
