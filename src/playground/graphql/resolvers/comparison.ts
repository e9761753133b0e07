/** Comparisons of a branch, as the base, with another one. */
import type * as GitHub from "@octokit/graphql-schema";
import { distance } from "../../git/graph.ts";
import { commitsBetween } from "../../git/history.ts";
import { mergeBase, resolve } from "../../git/objects.ts";
import type { Repository } from "../../model/world.ts";
import { connection } from "../connection.ts";
import type { Fields } from "../fields.ts";
import { gitNode } from "../nodes.ts";

interface ComparisonNode {
  kind: "Comparison";
  repository: Repository;
  base: string;
  head: string;
  ahead: number;
  behind: number;
}

/** Null where GitHub has nothing to compare: the head is not there, or shares no history with the base. */
export async function compare(
  repository: Repository,
  { base, headRef }: { base: string; headRef: string },
): Promise<ComparisonNode | null> {
  const head = await headOf(repository, headRef);
  if (head === null || (await mergeBase(repository, base, head)) === null) return null;
  return { kind: "Comparison", repository, base, head, ...(await distance(repository, base, head)) };
}

export const comparisonFields: Fields<GitHub.Comparison, ComparisonNode> = {
  aheadBy: ({ ahead }) => ahead,
  behindBy: ({ behind }) => behind,
  status: ({ ahead, behind }) => {
    if (ahead > 0) return behind > 0 ? "DIVERGED" : "AHEAD";
    return behind > 0 ? "BEHIND" : "IDENTICAL";
  },
  baseTarget: ({ repository, base }) => gitNode(repository, { oid: base, type: "commit" }),
  headTarget: ({ repository, head }) => gitNode(repository, { oid: head, type: "commit" }),
  commits: async ({ repository, base, head }, args: GitHub.ComparisonCommitsArgs) => {
    const newestFirst = await commitsBetween(repository, { tip: head, hidden: [base] });
    const nodes = newestFirst.toReversed().map((oid) => gitNode(repository, { oid, type: "commit" }));
    return connection(nodes, args, ({ oid }) => oid);
  },
};

/** A branch, `<owner>:<branch>`, a full ref or a commit. */
async function headOf(repository: Repository, headRef: string): Promise<string | null> {
  const name = headRef.replace(/^[^/:]+:/, "");
  return (
    (await resolve(repository, `refs/heads/${name}^{commit}`)) ??
    (await resolve(repository, `${name}^{commit}`))
  );
}
