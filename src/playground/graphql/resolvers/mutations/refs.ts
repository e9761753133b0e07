/** Mutations that move refs. */
import type * as GitHub from "@octokit/graphql-schema";
import { updateRefs, type RefUpdate } from "../../../git/refs.ts";
import type { Repository } from "../../../model/world.ts";
import { GraphqlFailure } from "../../failure.ts";
import type { Context, Fields } from "../../fields.ts";
import type { RefNode } from "../../nodes.ts";
import { findRef } from "../ref.ts";
import { actOf, demandWrite, mutation, target } from "./mutation.ts";

/** As `beforeOid`: the ref must not exist. As `afterOid`: it is deleted. */
const NO_OBJECT = "0".repeat(40);

export const refMutations: Fields<GitHub.Mutation, unknown> = {
  updateRefs: mutation("UpdateRefs", async (input: GitHub.UpdateRefsInput, context) => {
    const { repository } = target(context, input.repositoryId, ["Repository"]);
    await move(context, repository, input.refUpdates.map(refUpdate));
    return {};
  }),
  createRef: mutation("CreateRef", async (input: GitHub.CreateRefInput, context) => {
    const { repository } = target(context, input.repositoryId, ["Repository"]);
    const { name } = input;
    demandWrite(context, repository, "contents");
    if (await findFull(context, repository, name)) {
      throw new GraphqlFailure("UNPROCESSABLE", `A ref named "${name}" already exists in the repository.`);
    }
    await move(context, repository, [{ name, before: null, after: String(input.oid), force: false }]);
    return { ref: await findFull(context, repository, name) };
  }),
  updateRef: mutation("UpdateRef", async (input: GitHub.UpdateRefInput, context) => {
    const { repository, name } = target(context, input.refId, ["Ref"]);
    await move(context, repository, [{ name, after: String(input.oid), force: input.force ?? false }]);
    return { ref: await findFull(context, repository, name) };
  }),
  deleteRef: mutation("DeleteRef", async (input: GitHub.DeleteRefInput, context) => {
    const { repository, name } = target(context, input.refId, ["Ref"]);
    await move(context, repository, [{ name, after: null, force: true }]);
    return {};
  }),
};

/** All or none; 409 (`STALE_DATA`) when a ref is not where the caller believed. What is read afterwards is read anew. */
async function move(context: Context, repository: Repository, updates: RefUpdate[]): Promise<void> {
  demandWrite(context, repository, "contents");
  await updateRefs(context.world, repository, { ...actOf(context), token: context.token, updates });
  context.forgetGit();
}

function refUpdate({ name, beforeOid, afterOid, force }: GitHub.RefUpdate): RefUpdate {
  return {
    name: String(name),
    before: beforeOid ? orNull(String(beforeOid)) : undefined,
    after: orNull(String(afterOid)),
    force: force ?? false,
  };
}

function orNull(oid: string): string | null {
  return oid === NO_OBJECT ? null : oid;
}

async function findFull(context: Context, repository: Repository, name: string): Promise<RefNode | null> {
  return name.startsWith("refs/") ? findRef(context, repository, name) : null;
}
