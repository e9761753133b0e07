/** What all mutations share: whose word counts, how they are refused, and `clientMutationId`. */
import { ArchivedError, demand, demandActive, maySee } from "../../../access.ts";
import { ApiError } from "../../../errors.ts";
import type { Act } from "../../../issues.ts";
import { LockedError } from "../../../locks.ts";
import type { Repository } from "../../../model/world.ts";
import { GraphqlFailure } from "../../failure.ts";
import type { Context, Resolver } from "../../fields.ts";
import { findNode, type AnyNode, type SubjectNode } from "../../nodes.ts";
import { repositoryOfNode } from "../../reading.ts";

/**
 * A mutation's resolver. A person who lacks the role is refused in the mutation's name, as GitHub does; an App with
 * `Resource not accessible by integration`.
 */
export function mutation<Input extends { clientMutationId?: string | null }>(
  name: string,
  perform: (input: Input, context: Context) => object | Promise<object>,
): Resolver<unknown> {
  return async (_source, { input }: { input: Input }, context) => {
    try {
      context.forgetGit();
      return { clientMutationId: input.clientMutationId ?? null, ...(await perform(input, context)) };
    } catch (error) {
      if (error instanceof LockedError)
        throw new GraphqlFailure("UNPROCESSABLE", error.message.replace(/\.$/, ""), { cause: error });
      if (error instanceof ArchivedError) throw error;
      if (!(error instanceof ApiError) || error.status !== 403 || context.token.permissions !== null)
        throw refusal(error);
      const message = `${context.viewer.login} does not have the correct permissions to execute \`${name}\``;
      throw new GraphqlFailure("FORBIDDEN", message, { cause: error });
    }
  };
}

/** Who acts, for the functions that REST and GraphQL share. */
export function actOf({ viewer, token }: Context): Act {
  return { actorId: viewer.id, token };
}

/** The node that a mutation names, of one of the kinds it takes. */
export function target<Kind extends AnyNode["kind"]>(
  context: Context,
  id: string | number,
  kinds: readonly Kind[],
): Extract<AnyNode, { kind: Kind }> {
  const node = findNode(context.world, String(id));
  const repository = node && repositoryOfNode(node);
  const isOfKind = node && (kinds as readonly string[]).includes(node.kind);
  if (!isOfKind || (repository && !maySee(repository, context.token))) {
    throw new GraphqlFailure("NOT_FOUND", `Could not resolve to a node with the global id of '${id}'`);
  }
  return node as Extract<AnyNode, { kind: Kind }>;
}

export function demandWrite(context: Context, repository: Repository, permission: string): void {
  demand(context.world, context.token, { repository, permission, access: "write" });
}

/** For pull requests an App may hold `pull_requests` or `issues`; `speak` (comment, react) is any person's who may read. */
export function demandOnSubject(
  context: Context,
  { repository, issue }: SubjectNode,
  wanted: "write" | "speak",
): void {
  const { world, token } = context;
  if (wanted === "speak" && token.permissions === null) {
    demand(world, token, { repository, permission: "metadata", access: "read" });
    demandActive(repository);
    return;
  }
  const byPulls = issue.pull !== null && token.permissions?.["pull_requests"] === "write";
  demandWrite(context, repository, byPulls ? "pull_requests" : "issues");
}

/** REST keeps the particulars of a 422 in `errors`; GraphQL has one message. */
function refusal(error: unknown): unknown {
  if (!(error instanceof ApiError) || error.status !== 422) return error;
  const particulars = error.errors?.map((one) =>
    typeof one === "string" ? one : (one.message ?? `${one.field ?? ""} ${one.code}`.trim()),
  );
  if (!particulars || particulars.length === 0) return error;
  return new GraphqlFailure("UNPROCESSABLE", particulars.join(", "), { cause: error });
}
