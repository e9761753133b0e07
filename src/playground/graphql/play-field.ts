/** Plays one field of GitHub's schema: by its resolver, as a property of a plain answer, or not at all. */
import type { GraphQLFieldResolver, GraphQLTypeResolver } from "graphql";
import { notPlayed } from "../errors.ts";
import { checkBounds } from "./connection.ts";
import type { Context, Paging, Resolver } from "./fields.ts";
import { TYPES } from "./types-played.ts";

/**
 * The default resolver of the whole schema. Connections and payloads are plain objects whose properties answer; nodes (with a
 * `kind`) answer only through their resolvers. What neither knows is an error that names it.
 */
export const playField: GraphQLFieldResolver<unknown, Context, Record<string, unknown>> = (
  source,
  args,
  context,
  info,
) => {
  const name = `${info.parentType.name}.${info.fieldName}`;
  const resolver = TYPES[info.parentType.name]?.[info.fieldName] as Resolver<unknown> | undefined;
  if (!resolver && !isPlainAnswer(source, info.fieldName)) throw notPlayed(name);
  checkBounds(args as Paging, info);
  return resolver
    ? resolver(source, args as never, context)
    : (source as Record<string, unknown>)[info.fieldName];
};

/** Behind an interface or union every source is a node, which says what it is. */
export const typeOf: GraphQLTypeResolver<{ kind: string }, Context> = ({ kind }) => kind;

function isPlainAnswer(source: unknown, field: string): boolean {
  if (typeof source !== "object" || source === null || "kind" in source) return false;
  return Object.hasOwn(source, field);
}
